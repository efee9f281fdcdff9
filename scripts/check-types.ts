/** The compiler over each package in its own environment, then over tests and machinery. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { conclude } from "./report.ts";

const root = resolve(import.meta.dirname, "..");

const projects = [
  ...readdirSync(join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, "src")) && readdirSync(join(root, folder, "src")).length > 0),
  ".",
];

const failed = projects.filter((project) => {
  const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", project], { cwd: root, stdio: "inherit" });
  return status !== 0;
});

conclude(
  failed.map((project) => `types do not hold in ${project}`),
  `${projects.length} projects compile`,
);
