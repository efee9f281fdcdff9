import { describe, expect, test } from "vitest";

import {
  allowed,
  bytes,
  compactDuration,
  counted,
  duration,
  grouped,
  measured,
  remaining,
  shortDigest,
  span,
  spent,
  worked,
} from "./figure.ts";

const S = 1_000;
const M = 60 * S;
const H = 60 * M;

describe("durations", () => {
  test.each([
    [0, "0 ms"],
    [9.7, "9 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [1_290, "1.2 s"],
    [59_999, "59.9 s"],
    [M, "1 m"],
    [2 * M + 7 * S, "2 m 07 s"],
    [2 * M + 11 * S, "2 m 11 s"],
    [24 * H - 1, "23 h 59 m"],
    [24 * H, "24 h"],
    [H + 5 * M, "1 h 05 m"],
    [52 * H, "2 d 4 h"],
    [-5, "0 ms"],
  ])("%d ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test("worked is in seconds from a tenth on", () => {
    expect([31, 300, 7_900, 131_000].map(worked)).toEqual(["31 ms", "0.3 s", "7.9 s", "2 m 11 s"]);
  });

  test("time left is in whole seconds", () => {
    expect([8_900, 700_000, 86_400_000, 0].map(remaining)).toEqual(["8 s", "11 m 40 s", "24 h", "0 s"]);
  });

  test("measured shows hundredths", () => {
    expect([281, 9_999, 12_300].map(measured)).toEqual(["0.28 s", "9.99 s", "12.3 s"]);
  });

  test("limits are in the unit they were set in", () => {
    expect([8_000, 600_000, 30_000, 5_400_000, 7_200_000, 90_000, 250].map(span)).toEqual([
      "8 s",
      "10 min",
      "30 s",
      "1 h 30 min",
      "2 h",
      "1 m 30 s",
      "250 ms",
    ]);
  });

  test("programs get whole milliseconds", () => {
    expect(compactDuration(9.9)).toBe("9ms");
  });
});

describe("amounts", () => {
  test("are grouped", () => {
    expect([0, 999, 1_000, 48_213, 1_234_567].map(grouped)).toEqual(["0", "999", "1,000", "48,213", "1,234,567"]);
    expect(grouped(-1_234.5)).toBe("-1,234.5");
  });

  test("agree with their noun", () => {
    expect([counted(1, "gate"), counted(3, "gate"), counted(1_204, "entry", "entries")]).toEqual([
      "1 gate",
      "3 gates",
      "1,204 entries",
    ]);
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_204, "1.2 kB"],
    [999_999, "999.9 kB"],
    [14_200_000, "14.2 MB"],
    [2e15, "2000.0 TB"],
  ])("%d bytes are %s", (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  test("money is in cents", () => {
    expect([0, 1_200, 1_204_500].map(spent)).toEqual(["0.0 ¢", "1.2 ¢", "1,204.5 ¢"]);
    expect([50_000, 1_500, 250, 5].map(allowed)).toEqual(["50 ¢", "1.5 ¢", "0.25 ¢", "0.005 ¢"]);
  });

  test("a digest is shortened, and nothing else is", () => {
    const hex = `3aa9${"0".repeat(56)}6e15`;
    expect(shortDigest(`sha256:${hex}`)).toBe("sha256:3aa9…6e15");
    expect(shortDigest(hex)).toBe("sha256:3aa9…6e15");
    expect(shortDigest("sha256:short")).toBe("sha256:short");
  });
});
