import { approved, failed, gateOpened, planProposed, returned, timePassed } from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun } from "@writ/testkit/build/run";
import { given, type Given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { utf8Bytes, utf8Text } from "../base/utf8.ts";
import { beginEntry, evolve } from "../run/evolve.ts";
import { initialState, type RunState } from "../run/state.ts";
import { runStatus, stepStatus } from "../run/status.ts";
import { EntryReader } from "./read-entry.ts";
import { replay, type Replay } from "./replay.ts";
import type { StoredEntry } from "./stored-entry.ts";

const LAST: JsonObject = { approval_mode: "destructive", requires: ["GATE_OPERATOR"], depends_on: ["b"] };
const plan = aPlan([
  aStep("a", "docs.read", { params: { q: "secret" } }),
  aStep("b", "docs.read", { param_bindings: { "/text": "a./text" }, when: "steps.a.n > 1" }),
  aStep("pay", "pay.refund", LAST),
]);

/** A run with a retry, a condition, a binding and an approval, to its end. */
const story = (): Given =>
  given(
    aRun({ plan }),
    failed("a", "rate_limited"),
    timePassed(1_000),
    returned("a", { text: "quite private", n: 2 }),
    returned("b", { text: "of b" }),
    gateOpened("pay"),
    approved("pay"),
    returned("pay", { done: true }),
  );

function replayed(run: Given, entries: readonly StoredEntry[] = run.stored): Replay {
  return replay(run.state.run, entries, run.state.rules);
}

/** What a replay says, in few words. */
function said(result: Replay): string {
  if (result.result !== "different") return result.result;
  const { version, step, moved, recorded } = result;
  return `different: entry ${version}, step ${step ?? "-"}, ${moved === null ? (recorded?.type ?? "one fact more") : "moved"}`;
}

function edited(entries: readonly StoredEntry[], version: number, edit: (entry: StoredEntry) => StoredEntry) {
  return entries.map((entry) => (entry.version === version ? edit(entry) : entry));
}

const inBytes =
  (from: string, to: string) =>
  (entry: StoredEntry): StoredEntry => {
    expect(entry.bytes).toContain(from);
    return { ...entry, bytes: entry.bytes.replace(from, to) };
  };

const inPayload =
  (from: string, to: string) =>
  (entry: StoredEntry): StoredEntry => {
    const texts = entry.payloads.map((each) => (each.bytes === null ? "" : utf8Text(each.bytes)));
    expect(texts.join()).toContain(from);
    return {
      ...entry,
      payloads: entry.payloads.map((each, index) => ({
        ...each,
        bytes: utf8Bytes((texts[index] ?? "").replace(from, to)),
      })),
    };
  };

describe("a replay", () => {
  test("of what was recorded is equal, fact by fact, and comes to the same end", () => {
    const run = story();
    const result = replayed(run);
    expect(result).toMatchObject({ result: "equal", versions: 8, facts: run.facts.length });
    if (result.result !== "equal") return;
    expect(runStatus(result.state)).toBe("completed");
    expect(result.state.used).toEqual(run.state.used);
  });

  test("of a run that was planned again is equal as well", () => {
    const stuck = (n: number) => aModelsPlan([aStep(`a${n}`, "docs.read", { params: { n } })]);
    const run = given(
      aRun({ plan: null }),
      planProposed(stuck(1)),
      failed("a1", "evidence_stale"),
      planProposed(stuck(2)),
    );
    expect(said(replayed(run))).toBe("equal");
  });
});

describe("one thing that was changed", () => {
  test.each<readonly [string, number, (entry: StoredEntry) => StoredEntry, string]>([
    ["a byte of an output", 4, inPayload("quite", "Quite"), "different: entry 4, step a, moved"],
    ["a byte of arguments", 1, inPayload("secret", "Secret"), "different: entry 1, step a, moved"],
    [
      "a verdict",
      5,
      inBytes('"verdict":"accept"', '"verdict":"retry"'),
      "different: entry 5, step b, verdict_rendered",
    ],
    ["a score", 4, inBytes('"utility":"1"', '"utility":"0"'), "different: entry 4, step a, verdict_rendered"],
    [
      "the failure that came in",
      2,
      inBytes('"kind":"rate_limited"', '"kind":"auth_expired"'),
      "different: entry 2, step a, attempt_failed",
    ],
    [
      "the jitter it waited by",
      2,
      inBytes('"jitter":"0.5"', '"jitter":"0.4"'),
      "different: entry 2, step a, verdict_rendered",
    ],
    [
      "the attempt that answered",
      4,
      inBytes('"attempt":2', '"attempt":3'),
      "different: entry 4, step a, attempt_returned",
    ],
    [
      "the instant of an answer",
      7,
      inBytes('"at_ms":179520', '"at_ms":189520'),
      "different: entry 7, step pay, approval_granted",
    ],
    ["who approved", 7, inBytes('"kind":"user"', '"kind":"agent"'), "different: entry 7, step pay, approval_granted"],
    [
      "what was approved",
      7,
      inBytes('"binding_hash":"sha256:', '"binding_hash":"sha256:0'),
      "different: entry 7, step pay, approval_granted",
    ],
    ["the size of an output", 5, inBytes('"$bytes":15', '"$bytes":16'), "different: entry 5, step b, moved"],
    ["the form of arguments", 3, inBytes('"$as":"json"', '"$as":"text"'), "different: entry 3, step a, step_started"],
    [
      "the end",
      8,
      inBytes('"outcome":"completed"', '"outcome":"cancelled"'),
      "different: entry 8, step -, run_closing",
    ],
  ])("%s: the first step that differs is named", (_, version, edit, wanted) => {
    const run = story();
    expect(said(replayed(run, edited(run.stored, version, edit)))).toBe(wanted);
  });

  test("an entry that is missing, doubled or out of place", () => {
    const run = story();
    const { stored } = run;
    const at = (...indexes: readonly number[]) => indexes.flatMap((index) => stored[index] ?? []);
    expect(said(replayed(run, at(0, 1, 2, 4)))).toContain("different");
    expect(said(replayed(run, at(0, 1, 1)))).toBe("different: entry 2, step a, attempt_failed");
    expect(said(replayed(run, at(0, 1, 3)))).toContain("different: entry 4, step a");
  });

  test("no byte of what follows is without consequence", () => {
    const run = story();
    let unreadable = 0;
    let readable = 0;
    for (const { bytes, version } of run.stored) {
      for (let at = bytes.indexOf('"facts":[') + 9; at < bytes.indexOf('],"input"'); at += 23) {
        const changed = String.fromCharCode(bytes.charCodeAt(at) ^ 1);
        const flipped = bytes.slice(0, at) + changed + bytes.slice(at + 1);
        const result = replayed(
          run,
          edited(run.stored, version ?? 0, (each) => ({ ...each, bytes: flipped })),
        );
        expect([bytes.slice(at - 30, at + 30), said(result)]).toEqual([
          expect.anything(),
          expect.stringContaining(`entry ${version}`),
        ]);
        if (result.result === "different" && result.moved !== null) unreadable += 1;
        else readable += 1;
      }
    }
    expect(Math.min(unreadable, readable)).toBeGreaterThan(50);
  });

  test("no byte anywhere makes it do anything but answer", () => {
    const run = story();
    let different = 0;
    for (const { bytes, version } of run.stored) {
      for (let at = 0; at < bytes.length; at += 29) {
        const flipped = bytes.slice(0, at) + String.fromCharCode(bytes.charCodeAt(at) ^ 1) + bytes.slice(at + 1);
        const result = replayed(
          run,
          edited(run.stored, version ?? 0, (each) => ({ ...each, bytes: flipped })),
        );
        if (result.result === "different") different += 1;
      }
    }
    expect(different).toBeGreaterThan(100);
  });
});

describe("what was erased", () => {
  const erase = (entries: readonly StoredEntry[], ...which: readonly (readonly [version: number, n: number])[]) =>
    entries.map((entry) => ({
      ...entry,
      payloads: entry.payloads.map((each) =>
        which.some(([version, n]) => entry.version === version && each.n === n)
          ? { ...each, salt: null, bytes: null }
          : each,
      ),
    }));

  /** The fold of what is stored, which decides nothing. */
  function folded(run: Given, entries: readonly StoredEntry[]): RunState {
    const reader = new EntryReader(run.state.rules.hash);
    const state = initialState(run.state.run, run.state.rules);
    for (const stored of entries) {
      const entry = reader.read(stored);
      beginEntry(state, entry.at, entry.actor);
      for (const fact of entry.facts) evolve(state, fact);
    }
    return state;
  }

  const words = (state: RunState) => [
    runStatus(state),
    ...[...state.steps.values()].map((at) => stepStatus(state, at)),
  ];
  const births = story().stored.flatMap(({ version, payloads }) => payloads.map(({ n }) => [version ?? 0, n] as const));

  test("folds to the same run: what was decided on it stands in the facts", () => {
    const run = story();
    const allButThePlan = births.filter(([version, n]) => version > 1 || n !== 3);
    const state = folded(run, erase(run.stored, ...allButThePlan));
    expect(words(state)).toEqual(words(run.state));
    expect([state.used, state.tally, state.done.size]).toEqual([run.state.used, run.state.tally, run.state.done.size]);
  });

  test("folds to the same end even where it is everything", () => {
    const run = story();
    expect(runStatus(folded(run, erase(run.stored, ...births)))).toBe("completed");
  });

  test.each<readonly [string, number, number, Replay["result"]]>([
    ["the goal, which no decision reads", 1, 0, "equal"],
    ["what a failed call said", 2, 0, "equal"],
    ["a preview, which only people read", 6, 1, "equal"],
    ["the secret of the keys", 1, 2, "not_replayable"],
    ["the plan", 1, 3, "not_replayable"],
    ["arguments that were sealed at a start, beside others", 1, 4, "not_replayable"],
    ["arguments of a retry", 3, 0, "not_replayable"],
    ["an output that a condition read", 4, 0, "not_replayable"],
    ["an output that nothing but the critic read", 5, 0, "not_replayable"],
  ])("%s: the proof that is left is claimed, and tampering is not cried", (_, version, n, wanted) => {
    const run = story();
    const result = replayed(run, erase(run.stored, [version, n]));
    expect(said(result)).toBe(wanted);
    if (result.result === "not_replayable") expect(result.version).toBeLessThanOrEqual(version);
  });
});
