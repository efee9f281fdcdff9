import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";
import { Payload } from "../base/payload.ts";
import { readPlan } from "./intake.ts";

const hash: Hasher = {
  sha256: (bytes) => createHash("sha256").update(bytes).digest(),
  sha256Hex: (bytes) => createHash("sha256").update(bytes).digest("hex"),
};

const plan = (path: string): JsonObject => ({
  intent: "notes.read",
  steps: [{ id: "a", tool: "files.read", params: { path } }],
  decision_checkpoints: [],
});

let seals = 0;

function fresh(value: JsonObject): Payload {
  const text = canonicalJson(value);
  return Payload.fresh(`c${(seals += 1)}`, "json", text.length, value, text);
}

function stored(value: JsonObject): Payload {
  const bytes = Buffer.from(canonicalJson(value));
  return Payload.stored(`c${(seals += 1)}`, "json", bytes.length, bytes);
}

const planOf = (payload: Payload) => {
  const read = readPlan(hash, payload);
  if (!read.ok) throw new Error("the plan of the test is none");
  return read.value.plan;
};

test("the same bytes are read once, whoever sealed them and whoever asks", () => {
  const first = stored(plan("a.md"));
  expect(planOf(stored(plan("a.md")))).toBe(planOf(first));
  expect(planOf(fresh(plan("a.md")))).toBe(planOf(first));
});

test("other bytes are another plan, of the same length too", () => {
  const first = stored(plan("a.md"));
  const paramsOf = (payload: Payload) => planOf(payload).document.steps[0];
  expect(paramsOf(first)).toMatchObject({ params: { path: "a.md" } });
  expect(paramsOf(stored(plan("b.md")))).toMatchObject({ params: { path: "b.md" } });
  expect(paramsOf(first)).toMatchObject({ params: { path: "a.md" } });
});

test("what is no plan is refused each time, and does not become the one before it", () => {
  planOf(stored(plan("a.md")));
  for (const _ of [1, 2]) expect(readPlan(hash, stored({ ...plan("a.md"), steps: [] })).ok).toBe(false);
});
