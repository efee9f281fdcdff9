import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type Json, OrchestratorError } from "@writ/core";
import { codeOf } from "@writ/testkit/contracts/store-harness";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { CommandHandler } from "./inbox-caller.ts";
import { MAX_MESSAGE_BYTES } from "./inbox-protocol.ts";
import { initWorkspace } from "./init.ts";
import { workspacePaths } from "./layout.ts";
import type { OwnerConnection } from "./owner-connection.ts";
import { readOwnerRecord } from "./owner-record.ts";
import { acquireOrConnect, type Contender, type Ownership } from "./ownership.ts";

const UID = process.getuid?.() ?? 0;
const SELF = { pid: process.pid, startTime: 4711 };
let folder: string;
let leave: (() => Promise<void> | void)[];

const contender = (over: Partial<Contender> = {}): Contender => ({
  ...{ paths: workspacePaths(folder), self: SELF, uid: UID, product: "writ/test", temporary: folder, patienceMs: 500 },
  ...over,
});

async function own(handler: CommandHandler | null): Promise<Ownership> {
  const held = await acquireOrConnect(contender());
  if (held.role !== "owner") throw new Error("somebody else owns it");
  leave.push(() => held.release());
  if (handler !== null) held.serve(handler);
  return held;
}

async function call(pid = 1_000): Promise<OwnerConnection> {
  const held = await acquireOrConnect(contender({ self: { ...SELF, pid } }));
  if (held.role !== "client") throw new Error("nobody owned it");
  leave.unshift(() => held.connection.close());
  return held.connection;
}

const echo: CommandHandler = async (command, caller) => ({ command, pid: caller.pid, start: caller.startTime });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-inbox-"));
  leave = [];
  initWorkspace(folder, UID, ({ database }) => writeFileSync(database, ""));
});
afterEach(async () => {
  for (const go of leave) await go();
  rmSync(folder, { recursive: true });
});

describe("a command", () => {
  test("is answered with what the owner says, to whom it came from", async () => {
    await own(echo);
    const connection = await call(77);
    expect(connection.owner).toEqual({ pid: process.pid, startTime: 4711, product: "writ/test" });
    expect(await connection.send({ type: "approve", id: "apr_a", note: "Grüße\n🌍" })).toEqual({
      ...{ command: { type: "approve", id: "apr_a", note: "Grüße\n🌍" }, pid: 77, start: 4711 },
    });
  });

  test("takes a few milliseconds", async () => {
    await own(echo);
    const connection = await call();
    const took: number[] = [];
    for (let times = 0; times < 200; times += 1) {
      const startedAt = performance.now();
      await connection.send({ times });
      took.push(performance.now() - startedAt);
    }
    const [median = Number.NaN] = took.toSorted((a, b) => a - b).slice(100);
    process.stdout.write(`inbox: median of a command and its reply ${median.toFixed(2)} ms\n`);
    expect(median).toBeLessThan(5);
  });

  test("of many callers at once gets its own answer, in whatever order they are ready", async () => {
    const waiting: (() => void)[] = [];
    await own(async (command) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return command;
    });
    const callers = await Promise.all(Array.from({ length: 8 }, (_, index) => call(index)));
    const answers = Promise.all(
      callers.flatMap((caller, index) => Array.from({ length: 200 }, (_, n) => caller.send(`${index}/${n}`))),
    );
    let answered = 0;
    const timer = setInterval(() => {
      for (const resolve of waiting.splice(0).toReversed()) {
        answered += 1;
        resolve();
      }
    }, 1);
    expect(await answers).toEqual(
      callers.flatMap((_, index) => Array.from({ length: 200 }, (_, n) => `${index}/${n}`)),
    );
    clearInterval(timer);
    expect(answered).toBe(1_600);
  });

  test("that is refused throws in the caller what it threw in the owner", async () => {
    const problem = {
      code: "unknown_tool",
      message: "no such tool",
      place: { file: "plan.json", line: 3, step: "a" },
      remedy: "remove it",
    };
    const bare = { code: "cycle", message: "a cycle" };
    await own(async () => {
      throw new OrchestratorError("stale_journal", "moved on", {
        details: { run: "run_a", version: 4 },
        problems: [problem, bare],
      });
    });
    const refused = await (await call()).send(1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OrchestratorError);
    expect(refused).toMatchObject({
      code: "stale_journal",
      message: "moved on",
      details: { run: "run_a", version: 4 },
      problems: [problem, bare],
    });
  });

  test("waits until the owner is ready to serve", async () => {
    const owner = await own(null);
    const connection = await call();
    const reply = connection.send("early");
    owner.serve(async (command) => [command, "late"]);
    expect(await reply).toEqual(["early", "late"]);
  });

  test("may be a megabyte, and is refused when it is too large for an inbox", async () => {
    await own(async (command) => String(command).length);
    const connection = await call();
    expect(await connection.send("x".repeat(2_000_000))).toBe(2_000_000);
    expect(await codeOf(connection.send("x".repeat(MAX_MESSAGE_BYTES)))).toBe("inbox_message_invalid");
    expect(await connection.send("still there")).toBe(11);
  });

  test("that is being carried out is answered before the owner leaves; a later one is not taken", async () => {
    const finish: ((value: Json) => void)[] = [];
    const owner = await own(() => new Promise((resolve) => finish.push(resolve)));
    const connection = await call();
    // More than are read at a time, so that the caller's socket rests when the owner begins to leave.
    const taken = Promise.all(Array.from({ length: 70 }, (_, n) => connection.send(n)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(finish).toHaveLength(70);
    const released = owner.release();
    const late = codeOf(connection.send("late"));
    for (const resolve of finish.slice(0, 10)) resolve("done");
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const resolve of finish) resolve("done");
    expect(new Set(await taken)).toEqual(new Set(["done"]));
    expect(await late).toBe("owner_gone");
    await released;
    await connection.closed;
    expect(finish).toHaveLength(70);
    expect(await codeOf(connection.send("later"))).toBe("owner_gone");
    leave = [];
    await own(echo);
  });
});

describe("events", () => {
  test("reach those who asked for them, in order", async () => {
    const owner = await own(echo);
    const [listener, other] = [await call(1), await call(2)];
    const heard: Json[] = [];
    owner.publish("before");
    await listener.subscribe((event) => heard.push(event));
    for (let n = 0; n < 500; n += 1) owner.publish({ n });
    await listener.send("and then");
    expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => ({ n })));
    expect(await other.send(1)).toBeDefined();
  });
});

describe("an inbox", () => {
  const raw = (lines: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(readOwnerRecord(workspacePaths(folder).ownerRecord)?.socket ?? "");
      let said = "";
      socket.on("data", (chunk) => (said += chunk.toString()));
      socket.on("close", () => resolve(said));
      socket.on("error", () => undefined);
      socket.write(lines);
    });

  test.each([
    ["not JSON", "hello\n"],
    ["another version", '{"writ":2,"pid":1,"start_time":1}\n'],
    ["a command before a name", '{"id":1,"command":{}}\n'],
    ["no id", '{"writ":1,"pid":1,"start_time":1}\n{"command":{}}\n'],
    ["nothing asked", '{"writ":1,"pid":1,"start_time":1}\n{"id":1}\n'],
    ["two members of one name", '{"writ":1,"pid":1,"start_time":1}\n{"id":1,"command":1,"command":2}\n'],
    ["a line without end", `{"writ":1,"pid":1,"start_time":"${"x".repeat(MAX_MESSAGE_BYTES)}`],
  ])("refuses %s and goes on for others", async (_, lines) => {
    await own(echo);
    const connection = await call();
    expect(await raw(lines)).toContain('"code":"inbox_message_invalid"');
    expect(await connection.send(1)).toMatchObject({ command: 1 });
  });

  test("lies in a folder of the user's own, and is gone when the owner is", async () => {
    const owner = await own(echo);
    const { socket = "", pid } = readOwnerRecord(workspacePaths(folder).ownerRecord) ?? {};
    expect(pid).toBe(process.pid);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(workspacePaths(folder).ownerRecord).mode & 0o777).toBe(0o600);
    await owner.release();
    leave = [];
    expect(readdirSync(dirname(socket))).toEqual([]);
    expect(readdirSync(workspacePaths(folder).folder)).not.toContain("owner.json");
  });

  test("is not opened in a folder that others can enter, or behind a link", async () => {
    const place = join(folder, `writ-${UID}`);
    mkdirSync(place);
    chmodSync(place, 0o777);
    expect(await codeOf(acquireOrConnect(contender()))).toBe("inbox_folder_untrusted");
    rmSync(place, { recursive: true });
    mkdirSync(join(folder, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(folder, "elsewhere"), place);
    expect(await codeOf(acquireOrConnect(contender()))).toBe("inbox_folder_untrusted");
    rmSync(place);
    await own(echo);
  });

  test("is not called where its record points into a folder that others can enter", async () => {
    const place = join(folder, "theirs");
    mkdirSync(place);
    chmodSync(place, 0o755);
    const { ownerRecord } = workspacePaths(folder);
    const record = { pid: 1, start_time: 1, socket: join(place, "owner.sock"), product: "writ/test" };
    writeFileSync(ownerRecord, JSON.stringify(record));
    expect(await codeOf(acquireOrConnect(contender()))).toBe("inbox_folder_untrusted");
    rmSync(ownerRecord);
  });

  test("is found where the folder for temporary files has a name too long for a socket", async () => {
    const temporary = join(folder, "long".repeat(30));
    mkdirSync(temporary);
    const held = await acquireOrConnect(contender({ temporary }));
    expect(readOwnerRecord(workspacePaths(folder).ownerRecord)?.socket).toMatch(/^\/tmp\/writ-/);
    if (held.role === "owner") await held.release();
  });

  test("whose owner was killed does not stop the next: its record and its socket are left over", async () => {
    const owner = await own(echo);
    const { ownerRecord } = workspacePaths(folder);
    const left = readFileSync(ownerRecord);
    const socket = readOwnerRecord(ownerRecord)?.socket ?? "";
    await owner.release();
    writeFileSync(ownerRecord, left);
    writeFileSync(socket, "");
    leave = [];
    await own(echo);
    expect(await (await call()).send(1)).toMatchObject({ command: 1 });
  });
});
