import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { durationMs } from "@writ/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { systemClock } from "./clock.ts";
import { systemEntropy } from "./entropy.ts";

describe("the clock of the machine", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("calls back once after the delay, even after more than the 24 days a timer can hold", () => {
    const month = durationMs(31 * 86_400_000);
    let calls = 0;
    systemClock.after(month, () => (calls += 1));
    vi.advanceTimersByTime(month - 1);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
    vi.advanceTimersByTime(month * 2);
    expect(calls).toBe(1);
  });

  test("a cancelled call does not come, however far it has been counted down", () => {
    let calls = 0;
    const cancel = systemClock.after(durationMs(60 * 86_400_000), () => (calls += 1));
    vi.advanceTimersByTime(40 * 86_400_000);
    cancel();
    vi.advanceTimersByTime(40 * 86_400_000);
    expect(calls).toBe(0);
  });

  test("now is an integer that moves", () => {
    const before = systemClock.now();
    vi.advanceTimersByTime(1_000);
    expect(systemClock.now() - before).toBe(1_000);
    expect(Number.isInteger(before)).toBe(true);
  });
});

test("a waiting call does not keep the process alive", () => {
  const program = `import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "clock.ts"))};
    systemClock.after(60_000, () => {}); process.stdout.write("ended");`;
  const ended = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", program], { timeout: 10_000 });
  expect(ended.toString()).toBe("ended");
});

test("entropy gives as many bytes as asked, never the same", () => {
  const drawn = Array.from({ length: 200 }, () => Buffer.from(systemEntropy.bytes(10)).toString("hex"));
  expect(new Set(drawn).size).toBe(200);
  expect(drawn.every((hex) => hex.length === 20)).toBe(true);
});
