import { nodeHasher } from "@writ/adapters/system/sha256";
import { asArray, asNumber, asObjects, asText, vectors } from "@writ/testkit/vectors";
import fc from "fast-check";
import { expect, test } from "vitest";

import { fromHex } from "./hex.ts";
import { deriveId, mintId, parseId, type IdKind } from "./id.ts";
import { epochMs } from "./time.ts";

const KIND: Readonly<Record<string, IdKind>> = {
  run: "run",
  plan: "plan",
  sess: "session",
  apr: "approval",
  ck: "checkpoint",
  tc: "tool_call",
  dr: "decision_record",
  log: "log",
  lane: "lane",
  prop: "proposal",
  art: "artifact",
  req: "request",
  msg: "message",
  usr: "user",
  agt: "agent",
};

const file = vectors("identifiers");

test.each(asObjects(file["mint"]))("$id", ({ prefix, at_ms, random, id }) => {
  const kind = KIND[asText(prefix)] ?? "run";
  const minted = mintId(kind, epochMs(asNumber(at_ms)), fromHex(asText(random)) ?? new Uint8Array());
  expect(minted).toBe(id);
  expect(parseId(kind, minted)).toEqual({ ok: true, value: minted });
});

test.each(asArray(file["refuse"]).map(asText))("refuses %j", (text) => {
  expect(parseId("run", text)).toEqual({ ok: false, error: "malformed_id" });
});

test("identifiers sort by time", () => {
  let ordered = 0;
  const instant = fc.nat({ max: 2 ** 48 - 1 }).map(epochMs);
  const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(instant, instant, entropy, entropy, (a, b, x, y) => {
      if (a >= b) return;
      ordered += 1;
      expect(mintId("run", a, x) < mintId("run", b, y)).toBe(true);
    }),
  );
  expect(ordered).toBeGreaterThan(20);
});

test("a derived identifier depends on its kind, its instant and its source", () => {
  const source = { run: "run_01m7xcc2g3b93rthtjgbd2xt23", version: 4, index: 1 };
  const id = deriveId(nodeHasher, "tool_call", epochMs(1_795_208_645_123), source);
  expect(id.slice(0, 13)).toBe("tc_01m7xcc2g3");
  expect(deriveId(nodeHasher, "tool_call", epochMs(1_795_208_645_123), { ...source })).toBe(id);
  expect(deriveId(nodeHasher, "artifact", epochMs(1_795_208_645_123), source).slice(-16)).not.toBe(id.slice(-16));
  expect(deriveId(nodeHasher, "tool_call", epochMs(1_795_208_645_123), { ...source, index: 2 })).not.toBe(id);
});

test("an identifier is minted from ten bytes and an instant of 48 bits", () => {
  expect(() => mintId("run", epochMs(0), new Uint8Array(9))).toThrow("ten bytes");
  expect(() => mintId("run", epochMs(2 ** 48), new Uint8Array(10))).toThrow("48 bits");
});
