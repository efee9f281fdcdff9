import { asObjects, asText, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { birthsOf, erasedBy, isLogEnd, logEntryText, readLogStart } from "./log-entry.ts";

const entries = asObjects(vectors("entries")["cases"]).map(({ bytes }) => asText(bytes));
const LOG = "log_01m7xcc2g3pcfz3hmdpdpdksfy";

describe("an entry about the log", () => {
  test("is written as the vectors have it", () => {
    const origin = `writ.local/${LOG}`;
    const key = `${origin}+fec6a964+AYXRJbAFQn6DLKgHjpR9tJOpx+fkMdiq13vkkxxAyDOE`;
    const fact = { key, origin, product: "writ/0.1.0", tenant: "local", type: "log_started" };
    const entry = { atMs: 1795208645130, actor: { id: "writ", kind: "system" }, facts: [fact] };
    expect(logEntryText(LOG, 0, entry)).toBe(entries[0]);
    expect(readLogStart(entries[0] ?? "")).toEqual({ log: LOG, origin, tenant: "local", key });
    expect(readLogStart(entries[1] ?? "")).toBeUndefined();
    expect(readLogStart("{}")).toBeUndefined();
  });

  test("says what was erased, and whether the log ends", () => {
    const actor = { id: "writ", kind: "system" };
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    const erasure = {
      type: "payload_redacted",
      reason: "retention",
      payloads: [
        { seq: 1, commit: a },
        { seq: 2, commit: b },
      ],
    };
    const text = logEntryText(LOG, 9, { atMs: 1, actor, facts: [erasure] });
    expect(erasedBy(text)).toEqual([a, b]);
    expect(isLogEnd(text)).toBe(false);
    expect(isLogEnd(logEntryText(LOG, 9, { atMs: 1, actor, facts: [{ type: "log_ended", reason: "moved" }] }))).toBe(
      true,
    );
    expect(erasedBy(entries[1] ?? "")).toEqual([]);
  });
});

describe("births", () => {
  test("are counted in the input first, then in the facts, and references are none", () => {
    const birth = (commit: string): object => ({ $as: "json", $bytes: 2, $commit: commit });
    const entry = {
      facts: [{ a: birth("f1"), b: [birth("f2"), { $commit: "i1" }] }],
      input: { y: birth("i2"), "10": birth("i1"), "9": birth("i3") },
    };
    // Canonical order is by code unit: "10" < "9" < "y".
    expect(
      birthsOf(
        `{"facts":${JSON.stringify(entry.facts)},"input":{"10":${JSON.stringify(birth("i1"))},"9":${JSON.stringify(birth("i3"))},"y":${JSON.stringify(birth("i2"))}}}`,
      ),
    ).toEqual(["i1", "i3", "i2", "f1", "f2"]);
  });

  test("agree with the numbers of the vectors' payloads", () => {
    expect(entries.flatMap(birthsOf).length).toBeGreaterThan(4);
    expect(birthsOf(entries[1] ?? "")).toHaveLength(2);
  });
});
