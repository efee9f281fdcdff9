import { fromRfc3339 } from "@writ/core";
import { expect, test } from "vitest";

import { retryAfterMs } from "./retry-after.ts";

const NOW = fromRfc3339("2026-11-21T08:00:00Z") ?? 0;

test.each([
  [undefined, null],
  ["0", 0],
  ["120", 120_000],
  [" 5 ", 5_000],
  ["-1", null],
  ["1e3", null],
  ["99999999999999999999", null],
  ["Sat, 21 Nov 2026 08:00:10 GMT", 10_000],
  ["Sat, 21 Nov 2026 07:00:00 GMT", 0],
  ["soon", null],
])("Retry-After: %s is %j ms", (value, ms) => {
  expect(retryAfterMs(value, NOW)).toBe(ms);
});
