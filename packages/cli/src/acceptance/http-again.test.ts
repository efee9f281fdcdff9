import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { pathOf } from "@writ/api/client/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import type { Received } from "./http-exchange.ts";
import {
  aStage,
  BRIEF,
  CHANGING,
  GRANTED,
  restedTask,
  waitingApproval,
  type Changing,
  type Granted,
} from "./http-scenes.ts";

let served: Served;
let keys = 0;

beforeAll(async () => {
  served = await Served.over(aStage());
});
afterAll(() => served[Symbol.asyncDispose]());

async function named(name: Changing, { params, body }: Granted, key: string): Promise<Received> {
  return served.asked(name, pathOf(name, { params }), {
    body: JSON.stringify(body),
    headers: { "idempotency-key": key },
  });
}

/** As if the process had ended after it did what was asked, and before it kept the answer. */
function forgetAnswer(key: string): void {
  const db = new DatabaseSync(join(served.work.folder, "writ.db"));
  try {
    const { changes } = db.prepare("UPDATE answer SET status = NULL, body = NULL WHERE name = ?").run(key);
    if (changes !== 1) throw new TypeError(`${String(changes)} answers were kept under ${key}`);
  } finally {
    db.close();
  }
}

describe("a request under a key", () => {
  test.each(CHANGING)("4.1-19 %s again says the same and changes nothing, after a restart, too", async (name) => {
    const granted = await GRANTED[name](served);
    const key = `again-${(keys += 1)}`;
    const first = await named(name, granted, key);
    expect(first.status).toBeLessThan(300);
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    const rested = await settled();
    for (const turn of ["at once", "after a restart"]) {
      if (turn === "after a restart") await served.restart();
      const again = await named(name, granted, key);
      expect({ turn, status: again.status, text: again.text, replayed: again.headers["idempotency-replayed"] }).toEqual(
        {
          turn,
          status: first.status,
          text: first.text,
          replayed: "true",
        },
      );
      expect(again.headers.location).toBe(first.headers.location);
      expect(first.headers.location !== undefined).toBe(first.status !== 200);
      expect(await settled()).toEqual(rested);
    }
    const other = await served.asked("create_task", "/tasks", {
      body: JSON.stringify({ goal: "another goal" }),
      headers: { "idempotency-key": key },
    });
    expect([other.status, other.problem().code]).toEqual([422, "idempotency_key_reused"]);
    const bodied = await named(name, { ...granted, body: { ...granted.body, reason: "another" } }, key);
    expect(bodied.status).toBe(422);
    expect(await settled()).toEqual(rested);
  });

  test.each(CHANGING)(
    "4.1-19 %s that was carried out and not answered is answered, not carried out again",
    async (name) => {
      const granted = await GRANTED[name](served);
      const key = `lost-${(keys += 1)}`;
      const first = await named(name, granted, key);
      expect(first.status).toBeLessThan(300);
      const rested = await settled();
      forgetAnswer(key);
      await served.restart();
      const again = await named(name, granted, key);
      expect([again.status, again.headers["idempotency-replayed"]]).toEqual([first.status, "true"]);
      expect(await settled()).toEqual(rested);
    },
  );

  test("4.1-19 a hundred at once are one task; those that come too early are told so", async () => {
    const before = (await served.done("list_tasks", {})).items.length;
    const request = { params: {}, body: { goal: BRIEF } };
    const answers = await Promise.all(Array.from({ length: 100 }, () => named("create_task", request, "hundred")));
    const early = answers.filter(({ status }) => status === 409);
    for (const each of early) {
      expect(each.problem().code).toBe("idempotency_in_flight");
      expect(each.headers["retry-after"]).toBe("1");
    }
    const done = answers.filter(({ status }) => status === 201);
    expect(early.length).toBeGreaterThan(0);
    expect(done.length + early.length).toBe(100);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    expect((await named("create_task", request, "hundred")).text).toBe(done[0]?.text);
    expect((await served.done("list_tasks", {})).items.length).toBe(before + 1);
  });

  test("4.1-19 a hundred at once extend once and grant once", async () => {
    const id = await restedTask(served);
    const limits = async () => (await served.done("get_task", { params: { id } })).budget.limits.steps;
    const before = await limits();
    const extension = { params: { id }, body: { steps: 3, reason: "three more" } };
    await Promise.all(Array.from({ length: 100 }, () => named("extend_task", extension, "extend")));
    expect(await limits()).toBe(before + 3);
    const approval = { params: { id: await waitingApproval(served, id) }, body: {} };
    const answers = await Promise.all(Array.from({ length: 100 }, () => named("approve", approval, "grant")));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    await settled();
    const task = await served.done("get_task", { params: { id } });
    expect(task).toMatchObject({ status: "completed", steps: [{ attempts: 1 }] });
  });

  test("4.1-19 a key is whose it is; one that is none is refused; a refusal leaves the name free", async () => {
    const request = { goal: BRIEF };
    const own = await served.done("create_task", { body: request, idempotencyKey: "mine" });
    const other = await served.done("create_task", { body: request, idempotencyKey: "mine" }, { as: "operator" });
    expect(other.id).not.toBe(own.id);
    for (const key of ["", "a b", "ä", "k".repeat(256)]) {
      const received = await served.asked("create_task", "/tasks", {
        body: JSON.stringify(request),
        headers: { "idempotency-key": Buffer.from(key).toString("latin1") },
      });
      expect([key, received.status, received.problem().code]).toEqual([key, 400, "idempotency_key_malformed"]);
    }
    const refused = await named("create_task", { params: {}, body: { goal: "Fold the paper cranes" } }, "free");
    expect(refused.problem().code).toBe("no_planner");
    expect((await named("create_task", { params: {}, body: { goal: BRIEF } }, "free")).status).toBe(201);
  });

  test("4.1-19 a started task asked for as a stream under a key is followed again, not started again", async () => {
    const { params } = await GRANTED.run_task(served);
    const over = { accept: "text/event-stream", body: "{}", headers: { "idempotency-key": "stream" } };
    const first = await served.asked("run_task", pathOf("run_task", { params }), over);
    expect([first.status, first.media]).toEqual([200, "text/event-stream"]);
    await settled();
    const again = await served.asked("run_task", pathOf("run_task", { params }), over);
    expect([again.status, again.media]).toEqual([200, "text/event-stream"]);
  });
});

/** What there is once every task has come to rest. */
async function settled(): Promise<unknown> {
  const desk = await served.work.desk();
  const { items } = await served.done("list_tasks", { query: { limit: 200 } });
  for (const { id } of items) await desk.send({ method: "rest", run: await desk.runNamed(id) });
  return served.extent();
}
