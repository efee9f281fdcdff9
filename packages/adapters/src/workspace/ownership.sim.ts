import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

import { isJsonObject, type JsonObject, parseStrict } from "@writ/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { initWorkspace } from "./init.ts";

const CONTENDER = fileURLToPath(new URL("../../fixtures/contender.ts", import.meta.url));
const UID = process.getuid?.() ?? 0;
const IS_LONG = process.env["WRIT_LONG"] === "1";
const RACES = IS_LONG ? 5_000 : 300;
const HANDOVERS = IS_LONG ? 2_000 : 100;
const SUCCESSIONS = IS_LONG ? 200 : 6;
const PATIENCE_MS = 5_000;

/** A real process that contends for workspaces. */
class Contender {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #said: JsonObject[] = [];
  #heard: (() => void) | undefined;

  constructor() {
    this.#process = spawn(process.execPath, [CONTENDER], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      const message = parseStrict(line);
      if (isJsonObject(message)) this.#said.push(message);
      this.#heard?.();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The next line it says that is not about the end of its owner, unless that is asked for. */
  async hear(what: "answer" | "closed" = "answer"): Promise<JsonObject> {
    for (;;) {
      const at = this.#said.findIndex((message) => "closed" in message === (what === "closed"));
      if (at !== -1) return this.#said.splice(at, 1)[0] ?? {};
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  async ask(line: string): Promise<JsonObject> {
    this.tell(line);
    return this.hear();
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }
}

let folder: string;
let contenders: Contender[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-own-"));
  initWorkspace(folder, UID, ({ database }) => writeFileSync(database, ""));
  contenders = [];
});
afterEach(async () => {
  await Promise.all(contenders.map((contender) => contender.end()));
  rmSync(folder, { recursive: true });
});

function start(count: number): readonly Contender[] {
  const started = Array.from({ length: count }, () => new Contender());
  contenders.push(...started);
  return started;
}

const acquire = (patienceMs = PATIENCE_MS): string => `acquire ${folder} ${folder} ${patienceMs}`;

/** Exactly one owner, and everybody else connected to it. @returns the owner's place */
function expectOneOwner(asked: readonly Contender[], answers: readonly JsonObject[]): number {
  const owners = answers.flatMap(({ role }, index) => (role === "owner" ? [index] : []));
  expect(owners).toHaveLength(1);
  const [owner = -1] = owners;
  const clients = answers.filter((_, index) => index !== owner);
  expect(clients.map(({ role, owner: pid }) => [role, pid])).toEqual(clients.map(() => ["client", asked[owner]?.pid]));
  return owner;
}

describe("processes that start at the same time", () => {
  test(`have exactly one owner among them, ${RACES} times`, { timeout: 6 * 3_600_000 }, async () => {
    const racers = start(3);
    const wins = new Map<number, number>();
    for (let race = 0; race < RACES; race += 1) {
      const answers = await Promise.all(racers.map((racer) => racer.ask(acquire())));
      const owner = expectOneOwner(racers, answers);
      wins.set(owner, (wins.get(owner) ?? 0) + 1);
      // Clients and owner leave in any order.
      await Promise.all(racers.map((racer) => racer.ask("release")));
    }
    expect([...wins.values()].reduce((sum, count) => sum + count, 0)).toBe(RACES);
    // The races were real: nobody always won.
    expect(wins.size).toBeGreaterThan(1);
    expect(existsSync(join(folder, ".orchestrate/owner.json"))).toBe(false);
  });
});

describe("an owner that leaves while another arrives", () => {
  test(`hands over to it, and the third finds the second, ${HANDOVERS} times`, { timeout: 6 * 3_600_000 }, async () => {
    const [first, second, third] = start(3);
    let [owner, next] = [first, second];
    await owner?.ask(acquire());
    let inherited = 0;
    for (let handover = 0; handover < HANDOVERS; handover += 1) {
      const isEarly = handover % 2 === 1;
      if (isEarly) next?.tell(acquire());
      owner?.tell("release");
      if (!isEarly) next?.tell(acquire());
      const answer = await next?.hear();
      expect(await owner?.hear()).toEqual({ released: true });
      // Who came before the owner had left was its client for a moment.
      if (answer?.["role"] === "client") {
        await next?.hear("closed");
        expect(await next?.ask(acquire())).toMatchObject({ role: "owner" });
      } else inherited += 1;
      expect(await third?.ask(acquire())).toMatchObject({ role: "client", owner: next?.pid });
      await third?.ask("release");
      await third?.hear("closed");
      [owner, next] = [next, owner];
    }
    process.stdout.write(`handovers: ${inherited} of ${HANDOVERS} as the owner left, the others after it\n`);
    expect(inherited).toBeGreaterThan(HANDOVERS / 10);
  });
});

describe("an owner that is killed", () => {
  test(`is succeeded at once by one of those it leaves, ${SUCCESSIONS} times`, { timeout: 6 * 3_600_000 }, async () => {
    let alive = start(3);
    let replacement = start(1)[0];
    for (let succession = 0; succession < SUCCESSIONS; succession += 1) {
      const answers = await Promise.all(alive.map((contender) => contender.ask(acquire())));
      const place = expectOneOwner(alive, answers);
      const owner = alive[place];
      const left = alive.filter((contender) => contender !== owner);
      for (const client of left)
        expect(await client.ask('send {"n":1}')).toEqual({
          reply: { command: { n: 1 }, caller: client.pid, owner: owner?.pid },
        });
      for (const client of left) client.tell('send "never"');
      for (const client of left) await client.ask('send {"n":2}');

      owner?.signal("SIGKILL");
      for (const client of left) expect(await client.hear()).toEqual({ error: "answer_lost" });
      for (const client of left) await client.hear("closed");
      const successors = await Promise.all(left.map((client) => client.ask(acquire())));
      const heir = expectOneOwner(left, successors);
      expect(Number(successors[heir]?.["took"])).toBeLessThan(250);
      await Promise.all(left.map((client) => client.ask("release")));
      alive = [...left, ...(replacement === undefined ? [] : [replacement])];
      replacement = start(1)[0];
    }
  });

  test("does not leave the workspace to its children", async () => {
    const [owner, next] = start(2);
    expect(await owner?.ask(acquire())).toMatchObject({ role: "owner" });
    const child = await owner?.ask("child");
    owner?.signal("SIGKILL");
    expect(await next?.ask(acquire())).toMatchObject({ role: "owner" });
    process.kill(Number(child?.["child"]), "SIGKILL");
  });
});

describe("an owner that is stopped", () => {
  test("is named to whoever cannot reach it, and reached again when it goes on", async () => {
    const [owner, caller] = start(2);
    await owner?.ask(acquire());
    owner?.signal("SIGSTOP");
    expect(await caller?.ask(acquire(300))).toEqual({ error: "owner_unreachable" });
    owner?.signal("SIGCONT");
    expect(await caller?.ask(acquire())).toMatchObject({ role: "client", owner: owner?.pid });
  });
});
