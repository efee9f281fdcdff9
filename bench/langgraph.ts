import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { inFolder } from "./folder.ts";

const SOURCE = join(import.meta.dirname, "langgraph");
/** Packages that only a comparison needs are installed when it is first measured, and never for anybody else. */
const PLACE = resolve(import.meta.dirname, "../.cache/bench/langgraph");
const FILES = ["package.json", "steps.mjs"];

/** The work that is compared: threads, how many at a time, nodes in a row. */
export interface Comparison {
  readonly threads: number;
  readonly width: number;
  readonly nodes: number;
}

/** Nodes a second of LangGraph.js with its SqliteSaver, checkpointed after each. @throws Error when npm cannot install it */
export function langGraphSteps({ threads, width, nodes }: Comparison): Promise<number> {
  install();
  return inFolder(async (folder) => {
    const program = join(PLACE, "steps.mjs");
    const said = execFileSync(process.execPath, [program, String(threads), String(width), String(nodes), folder], {
      encoding: "utf8",
    });
    const answer: unknown = JSON.parse(said);
    if (typeof answer !== "object" || answer === null || !("rate" in answer) || typeof answer.rate !== "number")
      throw new Error(`the comparison said: ${said}`);
    return answer.rate;
  });
}

function install(): void {
  const isCurrent = FILES.every(
    (name) => existsSync(join(PLACE, name)) && readFileSync(join(PLACE, name)).equals(readFileSync(join(SOURCE, name))),
  );
  if (isCurrent && existsSync(join(PLACE, "node_modules"))) return;
  mkdirSync(PLACE, { recursive: true });
  for (const name of FILES) copyFileSync(join(SOURCE, name), join(PLACE, name));
  const options = ["install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
  const { status, stderr } = spawnSync("npm", options, { cwd: PLACE, encoding: "utf8" });
  if (status !== 0) throw new Error(`LangGraph.js could not be installed: ${stderr.slice(-500)}`);
}
