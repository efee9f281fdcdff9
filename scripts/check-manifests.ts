/** Manifests pin exact versions and agree with each other; the lockfile names no registry. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { isRecord, readRecord, type JsonRecord } from "./json-file.ts";
import { conclude } from "./report.ts";

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const DEPENDENCIES = new Set(["dependencies", "devDependencies", "optionalDependencies"]);

export function checkManifests(root: string): readonly string[] {
  const version = readRecord(join(root, "package.json"))["version"];
  const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
  const manifests = ["package.json", ...folders.map((folder) => `${folder}/package.json`)].filter((path) =>
    existsSync(join(root, path)),
  );
  return [
    ...manifests.flatMap((path) => problemsOf(path, readRecord(join(root, path)), version)),
    ...lockProblems(root),
  ];
}

function problemsOf(path: string, manifest: JsonRecord, version: unknown): string[] {
  const differing =
    manifest["version"] === version
      ? []
      : [`${path}: version ${String(manifest["version"])}, the root has ${String(version)}`];
  const unlicensed = manifest["license"] === "Apache-2.0" ? [] : [`${path}: license is not Apache-2.0`];
  const pins = Object.entries(manifest)
    .filter(([kind]) => DEPENDENCIES.has(kind))
    .flatMap(([, listed]) => (isRecord(listed) ? Object.entries(listed) : []));
  const loose = pins
    .filter(([, pin]) => typeof pin !== "string" || !EXACT.test(pin))
    .map(([name, pin]) => `${path}: ${name} is not pinned exactly: ${String(pin)}`);
  const foreign = pins
    .filter(([name, pin]) => name.startsWith("@writ/") && pin !== version)
    .map(([name, pin]) => `${path}: ${name} ${String(pin)} is not this workspace's version`);
  return [...differing, ...unlicensed, ...loose, ...foreign];
}

/** A recorded address would send everybody to the registry of whoever wrote the lockfile. */
function lockProblems(root: string): string[] {
  const entries = readRecord(join(root, "package-lock.json"))["packages"];
  return Object.entries(isRecord(entries) ? entries : {})
    .filter(
      ([, entry]) => isRecord(entry) && typeof entry["resolved"] === "string" && /^[a-z+]+:/.test(entry["resolved"]),
    )
    .map(([name]) => `package-lock.json: ${name} records where it was fetched from`);
}

if (import.meta.main) conclude(checkManifests(resolve(import.meta.dirname, "..")), "the manifests agree");
