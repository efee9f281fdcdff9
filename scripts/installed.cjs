// Exits 0 when node_modules holds every package of package-lock.json in the
// version it names. Runs on whatever Node there is, so in old syntax.
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = process.argv[2] || ".";
const packagesOf = (path) => JSON.parse(readFileSync(join(root, path), "utf8")).packages;

const wanted = packagesOf("package-lock.json");
const present = packagesOf("node_modules/.package-lock.json");

const isMissing = (path) => {
  const entry = wanted[path];
  if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return false;
  const found = present[path];
  if (found === undefined) return entry.optional !== true;
  return found.version !== entry.version || found.integrity !== entry.integrity;
};

const missing = Object.keys(wanted).filter(isMissing);
const extra = Object.keys(present).filter((path) => path.includes("node_modules/") && wanted[path] === undefined);
process.exitCode = missing.length + extra.length === 0 ? 0 : 1;
