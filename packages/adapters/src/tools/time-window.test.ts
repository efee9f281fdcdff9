import * as fc from "fast-check";
import { epochMs, toRfc3339 } from "@writ/core";
import { expect, test } from "vitest";

import { parseInstant } from "./time-window.ts";

test("reads back every instant that is written", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
      expect(parseInstant(toRfc3339(epochMs(at)))).toBe(at);
    }),
  );
});

test.each([
  ["2026-11-20T21:04:05.431Z", Date.UTC(2026, 10, 20, 21, 4, 5, 431)],
  ["2026-11-20T21:04:05+05:30", Date.UTC(2026, 10, 20, 15, 34, 5)],
  ["2026-11-20T00:04:05-01:00", Date.UTC(2026, 10, 20, 1, 4, 5)],
  ["2024-02-29", Date.UTC(2024, 1, 29)],
  ["1970-01-01", 0],
])("%s", (text, at) => {
  expect(parseInstant(text)).toBe(at);
});

test.each([
  "",
  "2026-11-20T21:04",
  "2026-13-01",
  "2100-02-29",
  "2026-11-20T24:00:00Z",
  "1969-12-31",
  "2026-11-20 ",
  "20/11/2026",
])("%j is no instant", (text) => {
  expect(parseInstant(text)).toBeNull();
});
