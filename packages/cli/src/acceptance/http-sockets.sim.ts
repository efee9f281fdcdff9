import { expect, test } from "vitest";

import { Served } from "./http.ts";
import { healthTimes, SlowSenders } from "./slow-senders.ts";
import { Workspace } from "./workspace.ts";

const SLOW = process.env["WRIT_LONG"] === "1" ? 2_000 : 500;

test(`4.1-13 ${SLOW} slow senders leave healthy requests under 100 ms, and are let go when their time is up`, async () => {
  await using served = await Served.over(Workspace.make(null));
  await using slow = await SlowSenders.to(served.port, SLOW);
  const took = (await healthTimes(served, 200)).toSorted((a, b) => b - a);
  expect(took[2]).toBeLessThan(100);
  await slow.gone(45_000);
  expect(slow.closed).toBe(SLOW);
});
