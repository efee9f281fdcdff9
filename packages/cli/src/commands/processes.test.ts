import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { isJsonArray, isJsonObject, parseStrict, type Json } from "@writ/core";
import { describe, expect, test } from "vitest";

import { like } from "../acceptance/matching.ts";
import { documentOf, Workspace } from "../acceptance/workspace.ts";

/** Built before the tests run. */
const MAIN = fileURLToPath(new URL("../../../../dist/writ.mjs", import.meta.url));
const COMPOSE = fileURLToPath(new URL("../compose.ts", import.meta.url));
const WORLD = fileURLToPath(new URL("../world.ts", import.meta.url));
const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const missing = { id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } };

/** Owns the workspace, then tries each command line as a process of its own, as a tool of it would. */
const OWNER = `
const { openDeskAt, workspaceAt } = await import(${JSON.stringify(COMPOSE)});
const { systemWorld } = await import(${JSON.stringify(WORLD)});
const { spawn } = await import("node:child_process");
const desk = await openDeskAt(systemWorld(), workspaceAt(process.cwd()));
await desk.own();
const answers = [];
for (const argv of JSON.parse(process.argv[1])) {
  const child = spawn(process.execPath, [${JSON.stringify(MAIN)}, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => (err += chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  answers.push({ name: argv.slice(0, 2).join(" "), code, refused: err.includes("[approval_agent_forbidden]") });
}
await desk.close();
console.log(JSON.stringify(answers));
`;

function node(work: Workspace, ...argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...argv], {
    cwd: work.root,
    env: work.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What a process says and how it ends; lines can be waited for. */
class Listener {
  readonly #child: ChildProcess;
  #out = "";
  #wake: () => void = () => undefined;
  readonly closed: Promise<number | null>;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on("data", (chunk) => {
      this.#out += String(chunk);
      this.#wake();
    });
    this.closed = once(child, "close").then(([code]: readonly unknown[]) => (typeof code === "number" ? code : null));
  }

  get out(): string {
    return this.#out;
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#out)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

function listOf(text: string): readonly Json[] {
  const value = parseStrict(text.trim());
  return isJsonArray(value) ? value : [];
}

describe("processes", () => {
  test("nothing that the owner of a workspace started decides, extends, resolves or lifts; it may look", async () => {
    await using work = Workspace.make(null);
    const [waiting, review] = [await work.plan([write]), await work.plan([missing])];
    const approval = await work.waiting(waiting);
    await work.close();
    const deciding = [
      ["approvals", "approve", approval],
      ["approvals", "deny", approval, "--reason", "no"],
      ["approvals", "ask-again", approval],
      ["extend", review, "--steps", "5", "--reason", "more"],
      ["resolve", review, "look", "skip"],
      ["policy", "lift", "--tool", "docs.write_doc", "--expires", "1d"],
      ["policy", "unlift", "one"],
      ["tools", "approve"],
    ];
    const looking = [["list"], ["show", review], ["policy", "show"], ["approvals", "show", approval]];
    const listener = new Listener(
      node(work, "--input-type=module", "-e", OWNER, JSON.stringify([...deciding, ...looking])),
    );
    expect(await listener.closed).toBe(0);
    const answers = listOf(listener.out);
    expect(answers.slice(0, deciding.length)).toEqual(
      deciding.map((argv) => ({ name: argv.slice(0, 2).join(" "), code: 4, refused: true })),
    );
    expect(answers.slice(deciding.length).map((each) => (isJsonObject(each) ? each["code"] : null))).toEqual([
      0, 0, 0, 0,
    ]);
    expect((await work.view(waiting)).status).toBe("awaiting_gate");
  }, 60_000);

  test("watch shows what happens elsewhere, and follow ends with its run", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([write]);
    await work.close();
    const watching = new Listener(node(work, MAIN, "watch", "--json"));
    const following = new Listener(node(work, MAIN, "show", run, "--follow"));
    await following.until(/approval apr_\S+ waiting/);
    // What happens before watching has begun is not told: runs are started until one is.
    let isHeard = false;
    while (!isHeard) {
      const other = await work.plan([missing]);
      const heard = watching.until(new RegExp(`"run_id":"${other}","type":"step_started"`));
      isHeard = await Promise.race([heard.then(() => true), sleep(500, false)]);
    }
    await work.approve(run);
    expect(await following.closed).toBe(0);
    expect(following.out.trim().split("\n").at(-1)).toMatch(new RegExp(`Z run ${run} completed$`));
    await watching.until(new RegExp(`"run_id":"${run}","type":"run_ended"`));
    watching.kill("SIGINT");
    expect(await watching.closed).toBe(0);
    const seqs = watching.out
      .trim()
      .split("\n")
      .map((line) => {
        const event = parseStrict(line);
        return isJsonObject(event) ? `${String(event["seq"])}:${String(event["id"])}` : "";
      });
    expect(new Set(seqs).size).toBe(seqs.length);
  }, 60_000);

  test("a call that was sent when its process was killed waits for a person's word, and is never sent again by itself", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([
      {
        id: "slow",
        tool: "shell.exec",
        params: { argv: ["sleep", "30"] },
        approval_mode: "destructive",
        requires: ["GATE_OPERATOR"],
      },
    ]);
    const approval = await work.waiting(run);
    await work.close();
    const approving = new Listener(node(work, MAIN, "approvals", "approve", approval));
    const desk = await work.desk();
    for (
      let turn = 0;
      turn < 500 &&
      !(await desk.history(run)).entries.some(({ facts }) => facts.some(({ type }) => type === "step_started"));
      turn += 1
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await work.close();
    approving.kill("SIGKILL");
    await approving.closed;
    expect(await work.command("resolve", run, "slow", "skip")).toMatchObject({
      exit: 2,
      err: like(/\[nothing_to_answer\]/),
    });
    const doubt = documentOf(await work.command("show", run, "--json"));
    expect(doubt).toMatchObject({
      status: "in_doubt",
      reason: "effect_outcome_unknown",
      steps: [{ status: "in_doubt", attempts: 1 }],
    });
    expect((await work.command("list")).out).toContain("did slow happen?");
    const answered = await work.command("resolve", run, "slow", "happened", "--json");
    expect(answered.exit).toBe(0);
    expect(documentOf(answered)).toMatchObject({ status: "completed", steps: [{ attempts: 1 }] });
    expect((await work.command("show", run)).out).toMatch(/slow +happened, says mira/);
  }, 60_000);
});
