import { Allowances } from "@writ/api/server/allowance";
import { epochMs } from "@writ/core";
import { describe, expect, test } from "vitest";

import { systemClockOf } from "../compose.ts";
import { Served } from "./http.ts";
import { heldProblem } from "./http-contract.ts";
import { Workspace } from "./workspace.ts";

const LIMIT = 20;
const few = (): Workspace => {
  const work = Workspace.make("notes");
  work.configure(`serve: { requests_per_minute: ${LIMIT}, requests_per_minute_all: 60 }\n`);
  return work;
};

/** Asks until it is refused. @returns how often it was answered */
async function spent(served: Served, as: "viewer" | "operator" | null): Promise<number> {
  for (let count = 0; count <= LIMIT * 5; count += 1) {
    const received = await served.call(as === null ? "get_health" : "get_me", {}, { as });
    if (received.status !== 429) continue;
    const { details, retryable } = received.problem();
    const wait = Number(received.headers["retry-after"]);
    expect({ retryable, wait: details["retry_after_s"] }).toEqual({ retryable: true, wait });
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    return count;
  }
  throw new TypeError("nobody was refused");
}

describe("how often one may ask", () => {
  test("4.1-15 a token over its share is 429 with the time to wait; others are not", async () => {
    await using served = await Served.over(few());
    expect(await spent(served, "viewer")).toBeGreaterThanOrEqual(LIMIT);
    expect((await served.call("get_me", {}, { as: "operator" })).status).toBe(200);
    const before = await served.extent();
    expect(
      (await served.call("create_task", { body: { goal: "daily brief" } }, { as: "viewer" })).status,
    ).toBeGreaterThanOrEqual(400);
    expect(await served.extent()).toEqual(before);
  });

  test("4.1-15 who goes on asking after a refusal takes nothing from the others", async () => {
    await using served = await Served.over(few());
    await spent(served, null);
    for (let more = 0; more < 200; more += 1) await served.call("get_health", {}, { as: null });
    expect(await spent(served, "viewer")).toBeGreaterThanOrEqual(LIMIT);
    expect((await served.call("get_me", {}, { as: "operator" })).status).toBe(200);
  });

  test("4.1-15 all together have a share, too", async () => {
    await using served = await Served.over(few());
    for (const who of ["viewer", "operator", "approver"] as const) {
      for (let count = 0; count < LIMIT; count += 1) await served.call("get_me", {}, { as: who });
    }
    const received = await served.call("get_me", {}, { as: "auditor" });
    heldProblem(received);
    expect([received.status, received.problem().code]).toEqual([429, "rate_limited"]);
  });

  test("4.1-15 wrong tokens count against those that nobody knows", async () => {
    await using served = await Served.over(few());
    const statuses: number[] = [];
    for (let count = 0; count < LIMIT * 2; count += 1) {
      const headers = { authorization: `Bearer writ_${"0".repeat(26)}_${"A".repeat(43)}` };
      statuses.push((await served.asked("get_me", "/me", { as: null, headers })).status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(LIMIT);
    expect(statuses.at(-1)).toBe(429);
    expect((await served.call("get_me", {}, { as: "viewer" })).status).toBe(200);
  });

  test("4.1-15 a restart gives nothing back", async () => {
    await using served = await Served.over(few());
    await spent(served, "viewer");
    await served.restart();
    const again = await spent(served, "viewer");
    expect(again).toBeLessThan(5);
  });

  test("4.1-15 it fills up again over a minute, and not beyond", () => {
    let now = 1_000_000;
    const clock = { ...systemClockOf(), now: () => epochMs(now) };
    const allowances = new Allowances({ perMinute: 10, allPerMinute: 1_000 }, clock);
    const taken = (): number => {
      for (let count = 0; ; count += 1) {
        try {
          allowances.take("a");
        } catch {
          return count;
        }
      }
    };
    expect(taken()).toBe(10);
    now += 30_000;
    expect(taken()).toBe(5);
    now += 3_600_000;
    expect(taken()).toBe(10);
    now -= 60_000;
    expect(taken()).toBe(0);
  });
});
