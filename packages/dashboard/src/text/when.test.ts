import { describe, expect, test } from "vitest";

import { countdown, spokenMinute, when } from "./when.ts";

const MINUTE = 60_000;
const NOW = new Date(2026, 10, 20, 14, 30).getTime();

describe("times", () => {
  test.each([
    [0, "now"],
    [2 * MINUTE, "2 min"],
    [3 * 60 * MINUTE, "3 h"],
    [10 * 60 * MINUTE, "04:30"],
    [48 * 60 * MINUTE, "18 Nov"],
  ])("%i ms ago is %s", (ago, text) => {
    expect(when(NOW - ago, NOW)).toBe(text);
  });

  test("a countdown changes each minute, each 10 s below ten, each second in the last", () => {
    expect(countdown(23 * MINUTE + 59_999)).toBe(23 * MINUTE);
    expect(countdown(9 * MINUTE + 59_999)).toBe(9 * MINUTE + 50_000);
    expect(countdown(42_900)).toBe(42_000);
    expect(countdown(-5)).toBe(0);
  });

  test("is spoken at 10, 1 and 0 minutes", () => {
    expect([11 * MINUTE, 10 * MINUTE, MINUTE, 0].map(spokenMinute)).toEqual([
      null,
      "10 minutes left to decide.",
      "1 minute left to decide.",
      "This request has expired.",
    ]);
  });
});
