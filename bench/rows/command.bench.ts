/** The shipped bundle as people start it, in processor time of the process and its children. */
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { InvariantError } from "@writ/core";

import { bundle } from "../../scripts/bundle.ts";
import { chainPlan } from "../chain-plan.ts";
import { inLastingFolder } from "../folder.ts";
import { bareNode, commandCost, row, startCpuMs } from "../harness.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LONG = 1_000;
const WAITING = 3;
const CONFIGURATION = `budget: { steps: 20000, tool_calls: 20000, wall_clock: 30d }\nlimits: { rate_per_minute: 1000000000 }\n`;

let built: Promise<string> | null = null;

/** The bundle of the sources as they are. */
function writ(): Promise<string> {
  built ??= bundle(ROOT).then(({ entry }) => entry);
  return built;
}

for (const option of ["--help", "--version"]) {
  row({
    name: `start: writ ${option}`,
    unit: "ms CPU",
    compare: "le",
    target: 1.6,
    limit: bareNode,
    measure: async () => startCpuMs([await writ(), option]),
  });
}

interface Workspace {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A new workspace whose user has configured bounds that no bench reaches. */
function inWorkspace<T>(act: (place: Workspace, entry: string) => Promise<T>): Promise<T> {
  return inLastingFolder(async (folder) => {
    const entry = await writ();
    const place = {
      cwd: join(folder, "work"),
      env: {
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, "config"),
        XDG_DATA_HOME: "",
        XDG_STATE_HOME: "",
        XDG_CACHE_HOME: "",
      },
    };
    mkdirSync(place.cwd);
    mkdirSync(join(folder, "config/writ"), { recursive: true });
    writeFileSync(join(folder, "config/writ/config.yaml"), CONFIGURATION);
    writeFileSync(join(place.cwd, "note.md"), "# A note\n");
    commandCost([process.execPath, entry, "init"], place);
    return act(place, entry);
  });
}

row({
  name: "start: dry run of a plan of one step",
  unit: "ms CPU",
  compare: "le",
  target: 3,
  limit: bareNode,
  measure: () =>
    inWorkspace(async (place, entry) => {
      writeFileSync(join(place.cwd, "plan.json"), JSON.stringify(chainPlan(1, "files.read")));
      return startCpuMs([entry, "run", "plan.json", "--dry-run"], place);
    }),
});

/** One start to the gate in the middle, and one that approves it and goes on to the end. */
function throughGate(steps: number): Promise<{ readonly wallMs: number; readonly bytes: number }> {
  return inWorkspace(async (place, entry) => {
    writeFileSync(join(place.cwd, "plan.json"), JSON.stringify(chainPlan(steps, "files.read", steps / 2)));
    const started = commandCost([process.execPath, entry, "run", "plan.json", "--on-approval", "exit"], {
      ...place,
      status: WAITING,
    });
    const approval = waitingApproval(place, entry);
    const resumed = commandCost([process.execPath, entry, "approvals", "approve", approval], place);
    return { wallMs: started.wallMs + resumed.wallMs, bytes: statSync(join(place.cwd, ".orchestrate/writ.db")).size };
  });
}

function waitingApproval({ cwd, env }: Workspace, entry: string): string {
  const { stdout } = spawnSync(process.execPath, [entry, "approvals", "--json"], {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  const [approval] = /apr_[0-9a-z]{26}/.exec(stdout) ?? [];
  if (approval === undefined) throw new InvariantError("nothing waits for approval", { stdout: stdout.slice(0, 200) });
  return approval;
}

row({
  name: "plan of 1,000 steps with a gate in the middle: start, and resume in a new process",
  unit: "ms",
  compare: "le",
  target: 600,
  scaledBy: "commit",
  measure: async () => (await throughGate(LONG)).wallMs,
});
