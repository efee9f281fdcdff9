import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { isJsonObject, parseStrict } from "@writ/core";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { RemoteUser } from "../acceptance/remote-user.ts";
import { documentOf, Workspace } from "../acceptance/workspace.ts";

/** Built before the tests run. */
const MAIN = fileURLToPath(new URL("../../../../dist/writ.mjs", import.meta.url));
/** As many as the calls a run may make. */
const STEPS = 90;

/** A process of the published program, and what it says. */
class Child {
  readonly #child: ChildProcess;
  readonly closed: Promise<number | null>;
  out = "";
  err = "";
  #wake: () => void = () => undefined;

  constructor(work: Workspace, environment: Readonly<Record<string, string>>, ...argv: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...argv], {
      cwd: work.root,
      env: { ...work.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk) => this.#hear("out", String(chunk)));
    this.#child.stderr?.on("data", (chunk) => this.#hear("err", String(chunk)));
    this.closed = once(this.#child, "close").then(([code]: readonly unknown[]) =>
      typeof code === "number" ? code : null,
    );
  }

  #hear(stream: "out" | "err", text: string): void {
    this[stream] += text;
    this.#wake();
  }

  async until(stream: "out" | "err", pattern: RegExp): Promise<void> {
    while (!pattern.test(this[stream])) {
      const ended = this.closed.then(() => "ended" as const);
      const heard = new Promise<"heard">((resolve) => (this.#wake = () => resolve("heard")));
      if ((await Promise.race([heard, ended])) === "ended" && !pattern.test(this[stream]))
        throw new TypeError(`it ended and never said ${pattern.source}: ${this.out} ${this.err}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** A server on a port, once it listens. */
async function server(work: Workspace, port: number): Promise<{ readonly child: Child; readonly port: number }> {
  const child = new Child(
    work,
    { AUTONOMY_BUDGET: "500", RATE_LIMIT: "6000" },
    "serve",
    "--port",
    String(port),
    "--json",
    "--quiet",
  );
  await child.until("out", /\n/);
  const said = parseStrict(child.out.trim());
  return { child, port: isJsonObject(said) ? Number(said["port"]) : 0 };
}

describe("a command whose server is killed in the middle", () => {
  test("goes on when it is back: every step is told once, none is left out", async () => {
    await using work = Workspace.make("notes");
    const { token } = documentOf(await work.command("token", "create", "--role", "admin", "--json"));
    const steps = Array.from({ length: STEPS }, (_, at) => ({
      id: `s${at}`,
      tool: "docs.search_docs",
      params: { query: `release ${at}` },
      ...(at === 0 ? {} : { depends_on: [`s${at - 1}`] }),
    }));
    const plan = { intent: "test.plan", decision_checkpoints: [], steps };
    writeFileSync(join(work.root, "plan.json"), JSON.stringify(plan));
    const first = await server(work, 0);
    const asking = { WRIT_SERVER: `http://127.0.0.1:${first.port}`, WRIT_TOKEN: String(token) };
    const running = new Child(work, asking, "run", "plan.json");
    await running.until("out", /step s3 completed/);
    first.child.kill("SIGKILL");
    await first.child.closed;
    const toldBefore = running.out.split(" completed ").length - 1;
    await running.until("err", /does not answer/);
    const second = await server(work, first.port);
    expect(await running.closed).toBe(0);
    second.child.kill("SIGTERM");
    await second.child.closed;
    const told = [...running.out.matchAll(/ step (s[0-9]+) completed /g)].map(([, step]) => step);
    expect(told).toEqual(steps.map(({ id }) => id));
    // It was in the middle.
    expect(toldBefore).toBeGreaterThan(0);
    expect(toldBefore).toBeLessThan(STEPS);
    expect(running.out.trim().split("\n").at(-1)).toMatch(/Z run run_\S+ completed$/);
  }, 90_000);

  test("and one that waits at a gate hears of the word that is given afterwards", async () => {
    await using work = Workspace.make("notes");
    const { token } = documentOf(await work.command("token", "create", "--role", "admin", "--json"));
    const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
    const plan = { intent: "test.plan", decision_checkpoints: [], steps: [write] };
    writeFileSync(join(work.root, "plan.json"), JSON.stringify(plan));
    const first = await server(work, 0);
    const asking = { WRIT_SERVER: `http://127.0.0.1:${first.port}`, WRIT_TOKEN: String(token) };
    const running = new Child(work, asking, "run", "plan.json", "--on-approval", "wait", "--events");
    await running.until("out", /"approval_requested"/);
    first.child.kill("SIGKILL");
    await first.child.closed;
    await running.until("err", /does not answer/);
    const second = await server(work, first.port);
    const [, approval = ""] = /"approval":"(apr_[0-9a-z]+)"/.exec(running.out) ?? [];
    expect(await new Child(work, asking, "approvals", "approve", approval, "--json").closed).toBe(0);
    expect(await running.closed).toBe(0);
    second.child.kill("SIGTERM");
    await second.child.closed;
    const ids = running.out
      .trim()
      .split("\n")
      .map((line) => documentOf({ exit: 0, out: line, err: "" })["id"]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(running.out).toContain('"run_ended"');
    expect(work.text("out.md")).toBe("# New\n");
  }, 90_000);
});

describe("Ctrl-C", () => {
  test("leaves the run going on at the server, and says so", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow = new TestTool("test.slow", "read_only", {
      run: async () => {
        await released;
        return { done: true };
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [slow, new TestTool("test.quick", "read_only")] } });
    await using remote = await RemoteUser.over(work);
    const steps = [
      { id: "quick", tool: "test.quick", params: {} },
      { id: "slow", tool: "test.slow", params: {}, depends_on: ["quick"] },
    ];
    const run = await work.start({
      plan: { intent: "test.plan", decision_checkpoints: [], steps },
      author: "person",
      begin: false,
    });
    const { WRIT_SERVER = "", WRIT_TOKEN = "" } = remote.world.environment;
    const running = new Child(work, { WRIT_SERVER, WRIT_TOKEN }, "run", run);
    await running.until("out", /step quick completed/);
    expect(slow.calls).toHaveLength(1);
    running.kill("SIGINT");
    expect(await running.closed).toBe(130);
    expect(running.err).toContain(`the run goes on at ${WRIT_SERVER}`);
    expect((await work.view(run)).status).toBe("in_progress");
    release();
    expect((await work.rest(run)).status).toBe("completed");
    expect(slow.calls).toHaveLength(1);
  }, 60_000);
});
