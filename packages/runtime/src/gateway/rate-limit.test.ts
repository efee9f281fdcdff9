import { type durationMs, epochMs } from "@writ/core";
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

test("P44 the call over the limit waits until the first is a minute old, and is not dropped", async () => {
  let now = 1_000;
  const waits: number[] = [];
  const clock = {
    now: () => epochMs(now),
    after: (delay: ReturnType<typeof durationMs>, run: () => void) => {
      waits.push(delay);
      now += delay;
      queueMicrotask(run);
      return () => undefined;
    },
  };
  const limit = new RateLimit(2, clock);
  const { signal } = new AbortController();
  await limit.admit(signal);
  now += 10_000;
  await limit.admit(signal);
  await limit.admit(signal);
  expect(waits).toEqual([50_000]);
  await limit.admit(signal);
  expect(waits).toEqual([50_000, 10_000]);
});
