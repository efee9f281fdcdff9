import { expect, test } from "vitest";

import { SCREEN } from "./gallery-samples.ts";
import { about, ago, clockTime, dayAndTime, timeOrDay, wireTime } from "./instant.ts";

const at = Date.UTC(2026, 10, 20, 23, 30, 5);
const tokyo = { ...SCREEN, offsetAt: () => 540 };

test("instants are local on the screen and UTC on the wire", () => {
  expect(clockTime(SCREEN, at)).toBe("23:30:05");
  expect(clockTime(tokyo, at)).toBe("08:30:05");
  expect(dayAndTime(tokyo, at)).toBe("21 Nov 08:30");
  expect(wireTime(at)).toBe("2026-11-20T23:30:05Z");
});

test("the offset of the instant counts, not that of today", () => {
  const berlin = { ...SCREEN, offsetAt: (when: number) => (when < Date.UTC(2026, 9, 25, 1) ? 120 : 60) };
  expect(clockTime(berlin, Date.UTC(2026, 6, 1, 12))).toBe("14:00:00");
  expect(clockTime(berlin, Date.UTC(2026, 11, 1, 12))).toBe("13:00:00");
});

test("today is a time, another day a date", () => {
  expect(timeOrDay(SCREEN, at, at + 60_000)).toBe("23:30:05");
  expect(timeOrDay(SCREEN, at, at + 3_600_000)).toBe("20 Nov");
});

test("what is past is relative below a day", () => {
  const past = (ms: number): string => ago(SCREEN, at, at + ms);
  expect([past(5_000), past(125_000), past(7_300_000), past(90_000_000)]).toEqual([
    "just now",
    "2 min ago",
    "2 h ago",
    "20 Nov",
  ]);
  expect([about(240_000), about(7_200_000), about(9_000)]).toEqual(["4 min", "2 h", "9.0 s"]);
});
