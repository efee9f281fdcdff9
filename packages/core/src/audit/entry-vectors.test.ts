import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { asNumber, asObject, asObjects, asText, objectOf, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { digestOf } from "../base/digest.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";
import type { Finding } from "./finding.ts";
import { leafHex } from "./leaf.ts";
import { checkEntries } from "./verify-entries.ts";

function check(texts: readonly string[]): { readonly codes: readonly string[]; readonly read: number } {
  const found: Finding[] = [];
  const cover = texts.map((text, from) => ({ from, to: from + 1, isEntry: true, hash: leafHex(nodeVerifier, text) }));
  const audit = { ...nodeVerifier, say: (code: Finding["code"]) => void found.push({ code, file: "" }) };
  return { read: checkEntries(audit, texts, cover).length, codes: found.map(({ code }) => code) };
}

const cases = asObjects(vectors("entries")["cases"]);
const texts = cases.map(({ bytes }) => asText(bytes));

describe("the entries of the vectors", () => {
  test.each(cases)("$seq has its leaf", ({ seq, bytes, leaf }) => {
    expect(leafHex(nodeVerifier, asText(bytes))).toBe(leaf);
    expect(leafHex(nodeVerifier, Buffer.from(asText(bytes)))).toBe(leaf);
    expect(asNumber(seq)).toBeGreaterThanOrEqual(0);
  });

  test("are read, and none other", () => {
    expect(check(texts)).toEqual({ codes: [], read: texts.length });
  });
});

describe("an entry whose leaf holds is still refused", () => {
  const first = objectOf(texts[0] ?? "");
  const second = objectOf(texts[1] ?? "");
  const without = (object: JsonObject, name: string): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  test.each<[string, JsonObject, string]>([
    ["of a later version", { ...first, v: 2 }, "bundle_unsupported"],
    ["of version 0", { ...first, v: 0 }, "entry_malformed"],
    ["of another kind", { ...first, kind: "note" }, "entry_malformed"],
    ["with a member too many", { ...first, note: 1 }, "entry_malformed"],
    ["without its actor", without(first, "actor"), "entry_malformed"],
    ["by nobody we know", { ...first, actor: { kind: "robot", id: "x" } }, "entry_malformed"],
    ["at another position", { ...first, seq: 1 }, "entry_malformed"],
    ["before time began", { ...first, at_ms: -1 }, "entry_malformed"],
    ["without facts", { ...first, facts: [] }, "entry_malformed"],
    ["with a fact that has no type", { ...first, facts: [{}] }, "entry_malformed"],
    ["with a fact in capitals", { ...first, facts: [{ type: "Log_Started" }] }, "entry_malformed"],
    ["with a fraction", { ...first, facts: [{ type: "scored", score: 0.5 }] }, "entry_malformed"],
    ["of a log that is none", { ...first, log: "log_1" }, "entry_malformed"],
    ["larger than 64 KiB", { ...first, facts: [{ type: "noted", text: "x".repeat(65_536) }] }, "entry_malformed"],
    ["of a run without input", { ...without(second, "input"), seq: 0 }, "entry_malformed"],
    ["of a run in version 0", { ...second, seq: 0, version: 0 }, "entry_malformed"],
    ["of a run with a bad id", { ...second, seq: 0, run: "run_1" }, "entry_malformed"],
    ["of a run that is a log", { ...second, seq: 0, run: second["log"] ?? null }, "entry_malformed"],
  ])("%s", (_, entry, code) => {
    expect(check([canonicalJson(entry)])).toEqual({ codes: [code], read: 0 });
  });

  test("whose bytes are not its canonical form", () => {
    expect(check([(texts[0] ?? "").replace("{", "{ ")]).codes).toEqual(["entry_not_canonical"]);
    expect(check(["no JSON"]).codes).toEqual(["entry_not_canonical"]);
  });
});

describe("the binding of the vectors", () => {
  const file = vectors("approval");
  const binding = asObject(file["binding"]);

  test("has its hash, and so has the evidence", () => {
    expect(canonicalJson(binding)).toBe(file["canonical"]);
    expect(digestOf(nodeVerifier, binding)).toBe(file["binding_hash"]);
    const snapshot = asObject(file["evidence_snapshot"]);
    expect(digestOf(nodeVerifier, snapshot["value"] ?? null)).toBe(snapshot["hash"]);
  });

  test.each(asObjects(file["each_field_changed"]))(
    "has another with another $field",
    ({ field, value, binding_hash }) => {
      const changed = digestOf(nodeVerifier, { ...binding, [asText(field)]: value ?? null });
      expect(changed).toBe(binding_hash);
      expect(changed).not.toBe(file["binding_hash"]);
    },
  );
});
