import { setTimeout as sleep } from "node:timers/promises";

import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";
import { expect, test } from "vitest";

import { EventReader } from "./event-reader.ts";
import { planOf } from "./http-scenes.ts";
import { isGone, ServingProcess } from "./serving-process.ts";
import { documentOf, Workspace } from "./workspace.ts";

const IS_LONG = process.env["WRIT_LONG"] === "1";
const KILLS = IS_LONG ? 200 : 6;
const CLIENTS = 6;
const READERS = IS_LONG ? 200 : 20;

/** What clients were told and hold the server to. */
interface Told {
  readonly tasks: string[];
  readonly granted: string[];
  /** Answers that had been given, or earned, before the death of the server that gave them. */
  replayed: number;
}

test(`4.1-19 kill -9 ${KILLS} times under load: no task twice, nothing extended twice, grants are kept, ${READERS} readers miss and repeat nothing`, async () => {
  await using work = Workspace.make(null);
  work.configure(
    "serve: { requests_per_minute: 1000000, requests_per_minute_all: 1000000 }\nbudget: { steps: 1000 }\n",
  );
  const token = String(documentOf(await work.command("token", "create", "--role", "admin", "--json"))["token"]);
  await work.close();
  await using server = new ServingProcess(work);
  await server.start();
  const told: Told = { tasks: [], granted: [], replayed: 0 };
  const state = { isOver: false };
  const readers = Array.from({ length: READERS }, () => reading(server, token));
  const clients = Array.from({ length: CLIENTS }, (_, at) => working(server, token, at, told, state));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(500 + ((kill * 137) % 400));
    await server.kill();
    await server.start();
  }
  state.isOver = true;
  await Promise.all(clients);
  const size = await positionOf(server, token);
  const seen = await Promise.all(readers.map((each) => each(size)));
  for (const positions of seen) expect(positions).toEqual(Array.from({ length: size }, (_, at) => at));

  const tasks = await allTasks(server, token);
  expect(tasks).toHaveLength(told.tasks.length);
  expect(new Set(tasks.map(({ id }) => id))).toEqual(new Set(told.tasks));
  for (const task of tasks) expect(task["status"]).toBe("completed");
  for (const id of told.granted) {
    const approval = await asked(server, token, `/approvals/${id}`);
    expect(["granted", "used"]).toContain(approval["status"]);
  }
  expect(server.kills).toBe(KILLS);
  expect(told.granted.length).toBeGreaterThan(KILLS);
  expect(told.replayed).toBeGreaterThan(3);
  await server.kill();
  expect((await work.command("audit", "verify", "--json")).exit).toBe(0);
});

/** Makes, runs, extends and approves tasks one after the other, each request under a key, until it is over. */
async function working(
  server: ServingProcess,
  token: string,
  client: number,
  told: Told,
  state: { isOver: boolean },
): Promise<void> {
  for (let turn = 0; !state.isOver; turn += 1) {
    const post = async (path: string, name: string, body: object): Promise<JsonObject> => {
      const received = await server.answered("POST", path, {
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, "idempotency-key": `${client}-${turn}-${name}` },
      });
      if (received.status >= 300) throw new TypeError(`${name}: ${received.text}`);
      if (received.headers["idempotency-replayed"] === "true") told.replayed += 1;
      return objectOf(received.json());
    };
    const path = `made-${client}-${turn}.md`;
    const step = { id: "write", tool: "docs.write_doc", params: { path, text: "# Made\n" } };
    const task = await post("/tasks", "create", planOf(step));
    const id = String(task["id"]);
    told.tasks.push(id);
    const before = stepsOf(task);
    await post(`/tasks/${id}/extend`, "extend", { steps: 1, reason: "one more" });
    await post(`/tasks/${id}/run`, "run", {});
    const approval = await waited(
      () => asked(server, token, `/approvals?task=${id}`),
      ({ items }) => listOf(items)[0]?.["approval_id"],
    );
    await post(`/approvals/${String(approval)}/approve`, "approve", {});
    told.granted.push(String(approval));
    const done = await waited(
      () => asked(server, token, `/tasks/${id}`),
      (now) => (now["status"] === "completed" ? now : undefined),
    );
    expect(stepsOf(objectOf(done))).toBe(before + 1);
  }
}

/** Follows the log from its first entry over every death of the server. @returns waits for a position, then tells all that were seen */
function reading(server: ServingProcess, token: string): (size: number) => Promise<readonly number[]> {
  const seen: number[] = [];
  const stop = { isWanted: false };
  const following = (async () => {
    while (!stop.isWanted) {
      try {
        const last = seen.at(-1);
        await using reader = await EventReader.at(
          server.port,
          "/events",
          token,
          last === undefined ? { query: "after=-1" } : { after: last },
        );
        while (!stop.isWanted && !reader.isOver) {
          await Promise.race([reader.ended, sleep(30)]);
          seen.push(...reader.positions.splice(0));
        }
        seen.push(...reader.positions.splice(0));
        if (reader.gaps.length > 0) throw new TypeError("something was left out");
      } catch (error) {
        if (!isGone(error)) throw error;
        await sleep(20);
      }
    }
  })();
  return async (size) => {
    for (let turns = 0; seen.length < size && turns < 1_000; turns += 1) await sleep(20);
    stop.isWanted = true;
    await following;
    return seen;
  };
}

async function asked(server: ServingProcess, token: string, path: string): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const received = await server.answered("GET", path, { headers });
  if (received.status !== 200) throw new TypeError(`${path}: ${received.text}`);
  return objectOf(received.json());
}

async function positionOf(server: ServingProcess, token: string): Promise<number> {
  const { workspace } = await asked(server, token, "/me");
  return Number(objectOf(workspace ?? null)["position"]);
}

async function allTasks(server: ServingProcess, token: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (let cursor = ""; ;) {
    const page = await asked(server, token, `/tasks?limit=50${cursor === "" ? "" : `&cursor=${cursor}`}`);
    found.push(...listOf(page["items"]));
    const { next_cursor: next } = page;
    if (typeof next !== "string") return found;
    cursor = next;
  }
}

async function waited<T>(ask: () => Promise<JsonObject>, found: (answer: JsonObject) => T | undefined): Promise<T> {
  for (let turns = 0; turns < 2_000; turns += 1) {
    const value = found(await ask());
    if (value !== undefined) return value;
    await sleep(15);
  }
  throw new TypeError("waited in vain");
}

function stepsOf(task: JsonObject): number {
  return Number(objectOf(objectOf(task["budget"] ?? null)["limits"] ?? null)["steps"]);
}

function objectOf(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}
