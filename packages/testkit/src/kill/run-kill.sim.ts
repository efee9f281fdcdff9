import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { initWorkspace } from "@writ/adapters/workspace/init";
import { workspacePaths } from "@writ/adapters/workspace/layout";
import { canonicalJson, parseId, plainJson, runView, type RunId } from "@writ/core";
import { readHistory, replayRun, rulesOfRun, toolRules, verifyLog } from "@writ/runtime";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleProgram } from "../../../../scripts/bundle-program.ts";
import { TEST_LOG } from "../contracts/store-drafts.ts";
import { EffectServer } from "./effect-server.ts";
import { EFFECTS, FACT_TYPES } from "./kill-plan.ts";
import { rescue, type DriverOrder } from "./seat.ts";
import { killTools } from "./kill-tools.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
let driver = "";
const KILLS = process.env["WRIT_LONG"] === "1" ? 10_000 : 200;
const LANES = 2;
/** Within so many kills a planted bug is to be seen. */
const PATIENCE = 60;

/** A round takes less than a second; one that takes so long hangs. */
const STUCK_MS = 20_000;

type Driver = ChildProcessByStdio<Writable, Readable, Readable>;

interface Said {
  readonly version?: number;
  readonly seq?: number;
  readonly facts?: readonly string[];
  readonly status?: string;
  readonly acknowledged?: string | null;
  readonly done?: boolean;
  readonly role?: string;
}

function isSaid(value: unknown): value is Said {
  return typeof value === "object" && value !== null;
}

/** A process that is warm and waits for its order: starting Node costs more than the run does. */
class Warm {
  readonly child: Driver;
  readonly said: Said[] = [];
  readonly ended: Promise<unknown>;
  #text = "";
  #errors = "";
  #waiting: (() => void)[] = [];

  constructor() {
    this.child = spawn(process.execPath, [driver], { stdio: ["pipe", "pipe", "pipe"] });
    this.ended = once(this.child, "close");
    void this.ended.then(() => this.#wake());
    this.child.stderr.on("data", (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString();
      const lines = this.#text.split("\n");
      this.#text = lines.pop() ?? "";
      for (const line of lines) {
        const said: unknown = JSON.parse(line);
        if (isSaid(said)) this.said.push(said);
      }
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  order(order: DriverOrder): void {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves when it said something that fits, or ended. */
  async until(fits: (said: Said) => boolean): Promise<boolean> {
    for (;;) {
      if (this.said.some(fits)) return true;
      if (this.child.exitCode !== null || this.child.signalCode !== null) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when a kind of fact was said so often, or the process ended. */
  saidOften(type: string, times: number): Promise<boolean> {
    return this.until(() => this.said.filter((said) => said.facts?.includes(type) === true).length >= times);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  get errors(): string {
    return this.#errors;
  }
}

interface Tally {
  kills: number;
  useful: number;
  readonly byFact: Map<string, number>;
  readonly byVictim: Map<string, number>;
  acknowledged: number;
  repeats: number;
}

/** One run, killed once at a chosen kind of fact, then brought to its end and looked at. */
async function killOnce(
  spare: () => Warm,
  number: number,
  plant: DriverOrder["plant"],
  tally: Tally,
): Promise<string | null> {
  const target = FACT_TYPES[number % FACT_TYPES.length] ?? "step_started";
  const server = await EffectServer.start();
  const root = mkdtempSync(join(tmpdir(), "writ-run-kill-"));
  try {
    initWorkspace(root, process.getuid?.() ?? 0, (paths) => createSqliteLog(paths.database, nodeHasher, TEST_LOG));
    const order = { root, effects: server.url, plant } as const;
    const acknowledged = await liveAndDie(spare, order, target, number, tally);
    await rescue(order);
    return await lookAt(root, server, acknowledged, tally);
  } finally {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

/** The running process, or in half of the late rounds the one that approves, dies at the chosen fact. */
async function liveAndDie(
  spare: () => Warm,
  order: Omit<DriverOrder, "what">,
  target: string,
  number: number,
  tally: Tally,
): Promise<readonly Said[]> {
  const owner = spare();
  owner.order({ ...order, what: "start" });
  const late = ["approval_granted", "scope_closed", "run_closing", "run_ended"].includes(target);
  const occurrence =
    target === "step_started" || target === "attempt_returned" || target === "verdict_rendered"
      ? 1 + (Math.floor(number / FACT_TYPES.length) % 4)
      : 1;
  const approver = late || occurrence > 3 ? approve(spare, owner, order) : Promise.resolve(null);
  const victim = late && number % 2 === 1 ? "approving" : "running";
  if (victim === "approving") {
    const who = await approver;
    await sleep(Math.random() * 3);
    await who?.kill();
    count(tally, target, victim, owner);
    await owner.kill();
    return owner.said;
  }
  await owner.saidOften(target, occurrence);
  await sleep(Math.random() * 2);
  count(tally, target, victim, owner);
  await owner.kill();
  await (await approver)?.kill();
  return owner.said;
}

/** Two people in a row, each in a process of their own; the second is handed out before it is done, so that it can be killed. */
async function approve(spare: () => Warm, owner: Warm, order: Omit<DriverOrder, "what">): Promise<Warm | null> {
  for (let gate = 1; ; gate += 1) {
    if (!(await owner.saidOften("approval_requested", gate))) return null;
    const approver = spare();
    approver.order({ ...order, what: "go_on" });
    if (gate === 2) return approver;
    await approver.until((said) => said.acknowledged !== undefined);
    await approver.ended;
  }
}

function count(tally: Tally, target: string, victim: string, owner: Warm): void {
  tally.kills += 1;
  const acks = owner.said.filter((said) => said.version !== undefined);
  const isOver = acks.some((said) => said.facts?.includes("run_ended") === true);
  if (acks.length > 0 && !isOver) tally.useful += 1;
  tally.byFact.set(target, (tally.byFact.get(target) ?? 0) + 1);
  tally.byVictim.set(victim, (tally.byVictim.get(victim) ?? 0) + 1);
}

/** Nothing acknowledged is lost, no effect happened twice in silence, audit and views say what the entries say. */
async function lookAt(root: string, server: EffectServer, said: readonly Said[], tally: Tally): Promise<string | null> {
  const store = await openSqliteStore(workspacePaths(root), nodeHasher, null);
  try {
    const log = await verifyLog(store, nodeHasher);
    if (!log.isIntact) return "audit differs from the entries";
    const [view] = await store.views.runs({ statuses: [], before: null, limit: 5 });
    const acknowledged = said.filter((each) => each.version !== undefined);
    tally.acknowledged += acknowledged.length;
    if (view === undefined) return acknowledged.length > 0 ? "acknowledged and lost: the whole run" : null;
    const id = parseId("run", view.run_id);
    if (!id.ok) return "the view names no run";
    const run: RunId = id.value;
    const rules = await rulesOfRun(store, run, {
      hash: nodeHasher,
      log: store.log.id,
      tools: toolRules(nodeHasher, killTools()),
    });
    const history = await readHistory(store, run, rules);
    const bySeq = new Map(history.entries.map((entry) => [entry.version, entry]));
    for (const { version = 0, seq, facts } of acknowledged) {
      const kept = bySeq.get(version);
      if (
        kept?.seq !== seq ||
        canonicalJson(kept?.facts.map((fact) => fact.type) ?? []) !== canonicalJson([...(facts ?? [])])
      )
        return `acknowledged and lost: version ${version}`;
    }
    if (canonicalJson(plainJson(runView(history.state))) !== canonicalJson(plainJson(view)))
      return "the view differs from the fold";
    const again = replayRun(run, history);
    if (again.result !== "equal") return `replay is ${again.result}: ${JSON.stringify(again).slice(0, 1_500)}`;
    if (history.state.closing?.outcome !== "completed")
      return `the run ended as ${history.state.closing?.outcome ?? "nothing"}`;
    for (const effect of EFFECTS) {
      const { changes, calls } = server.seen(effect);
      tally.repeats += Math.max(0, calls - 1);
      if (changes !== 1) return `silent duplicate effect: ${effect} happened ${changes} times`;
    }
    return null;
  } finally {
    await store.close();
  }
}

async function killMany(
  plant: DriverOrder["plant"],
  rounds: number,
): Promise<{ readonly tally: Tally; readonly finding: string | null }> {
  const tally: Tally = { kills: 0, useful: 0, byFact: new Map(), byVictim: new Map(), acknowledged: 0, repeats: 0 };
  const pool: Warm[] = Array.from({ length: LANES * 2 }, () => new Warm());
  const spare = (): Warm => {
    pool.push(new Warm());
    return pool.shift() ?? new Warm();
  };
  let next = 0;
  let finding: string | null = null;
  const lane = async (): Promise<void> => {
    while (next < rounds && finding === null) {
      const number = next;
      next += 1;
      const found = await Promise.race([
        killOnce(spare, number, plant, tally),
        sleep(STUCK_MS, "stuck: neither an end nor an answer"),
      ]);
      if (found !== null) finding ??= `round ${number}: ${found}`;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await Promise.all(pool.map((warm) => warm.kill()));
  return { tally, finding };
}

beforeAll(async () => {
  const source = fileURLToPath(new URL("./run-driver.ts", import.meta.url));
  driver = await bundleProgram(ROOT, source, join(ROOT, ".cache/kill"), "run-driver");
});

describe("kill -9", () => {
  test(`P31 ${KILLS} kills spread over every fact type: nothing acknowledged is lost, no effect happens twice in silence, audit equals state`, async () => {
    const { tally, finding } = await killMany("none", KILLS);
    const histogram = FACT_TYPES.map((type) => `${type} ${tally.byFact.get(type) ?? 0}`).join(", ");
    process.stdout.write(
      `${finding ?? "nothing found"}\n` +
        `${tally.kills} kills (${[...tally.byVictim].map(([who, n]) => `${n} ${who}`).join(", ")}), ${tally.useful} after the first acknowledged and before the last fact; ${tally.acknowledged} acknowledged entries, ${tally.repeats} repeated calls answered by key or probe\n${histogram}\n`,
    );
    expect(finding).toBeNull();
    expect(tally.useful / tally.kills).toBeGreaterThanOrEqual(0.7);
    const rare = FACT_TYPES.filter((type) => (tally.byFact.get(type) ?? 0) / tally.kills < 0.02);
    expect(rare).toEqual([]);
  });

  test("the planted bug `no key` is seen as a duplicate effect", async () => {
    const { finding } = await killMany("no_key", PATIENCE);
    expect(finding).toMatch(/silent duplicate effect/);
  });
});
