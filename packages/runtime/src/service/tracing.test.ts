import { EntryReader, parseTraceparent, spanContext, type Entry, type RunId, type StoredEntry } from "@writ/core";
import { testHasher } from "@writ/testkit/build/hasher";
import { CORE } from "@writ/testkit/simulator/core-functions";
import { World } from "@writ/testkit/simulator/world";
import { describe, expect, test } from "vitest";

import type { DurableEntry } from "../engine/run-actor.ts";
import type { FinishedSpan } from "../ports/telemetry.ts";
import { Tracing } from "./tracing.ts";

const SEEDS = 150;
const CALLER = parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

/** Facts that end an attempt or a request. */
const OVER: ReadonlySet<string> = new Set([
  "attempt_returned",
  "attempt_failed",
  "attempt_abandoned",
  "step_in_doubt",
  "doubt_resolved",
  "approval_granted",
  "approval_denied",
  "approval_expired",
  "approval_voided",
]);

interface Lived {
  readonly run: RunId;
  readonly stored: readonly StoredEntry[];
  readonly entries: readonly DurableEntry[];
}

function lived(seed: number): Lived {
  const world = new World(seed, CORE, () => undefined);
  world.live();
  const reader = new EntryReader(testHasher);
  const { stored, run } = world.recording;
  const entries = stored.map((each): Entry => reader.read(each)) as unknown as readonly DurableEntry[];
  return { run: run as RunId, stored, entries };
}

/** A process that traces, and what it sends; its journal takes a turn to answer. */
function aProcess(stored: readonly StoredEntry[], journal: "answers" | "fails" = "answers") {
  const sent: FinishedSpan[] = [];
  const reads: (readonly [from: number, through: number])[] = [];
  const tracing = new Tracing({
    telemetry: { finished: (span) => void sent.push(span), close: () => Promise.resolve() },
    journal: {
      read: async (_run, from = 1, through = stored.length) => {
        await Promise.resolve();
        reads.push([from, through]);
        if (journal === "fails") throw new Error("the disk is gone");
        return stored.slice(from - 1, through);
      },
    },
    hash: testHasher,
    model: "qwen3",
    capturesContent: false,
  });
  return { tracing, sent, reads };
}

describe("the spans of a run", () => {
  test("are one tree: each attempt and each request once, inside the run, under a parent that is there", () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { run, stored, entries } = lived(seed);
      const { tracing, sent } = aProcess(stored);
      for (const entry of entries) tracing.noticed(entry);
      const facts = entries.flatMap(({ facts }) => facts);
      const counted = (type: string): number => facts.filter((fact) => fact.type === type).length;
      const named = (start: string): number => sent.filter(({ name }) => name.startsWith(start)).length;
      expect({
        seed,
        attempts: named("execute_tool "),
        requests: named("writ.approval"),
        roots: named("invoke_agent"),
      }).toEqual({
        seed,
        attempts: counted("step_started"),
        requests: counted("approval_requested"),
        roots: 1,
      });
      expect(named("plan")).toBe(counted("plan_requested"));
      const ids = new Set(sent.map(({ context }) => context.spanId));
      expect(ids.size).toBe(sent.length);
      const root = sent.at(-1);
      expect(root?.parent).toBeNull();
      for (const span of sent) {
        expect(span.context.traceId).toBe(spanContext(run, "run")?.traceId);
        expect([span.name, span === root || ids.has(span.parent?.spanId ?? "")]).toEqual([span.name, true]);
        expect([span.name, span.startedAt <= span.endedAt && span.startedAt >= (root?.startedAt ?? Infinity)]).toEqual([
          span.name,
          true,
        ]);
        const step = span.attributes["writ.step"];
        const last = entries.find(({ seq }) => seq === span.attributes["writ.journal.seq"])?.facts ?? [];
        const isOver = last.some((fact) => OVER.has(fact.type) && "step" in fact && fact.step === step);
        expect([span.name, step === undefined || isOver]).toEqual([span.name, true]);
        for (const kind of [span.name.split(" ")[0] ?? "", span.error === null ? "fine" : "wrong"])
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    }
    for (const kind of ["invoke_agent", "execute_tool", "plan", "chat", "writ.approval", "writ.verify", "wrong"])
      expect([kind, (seen.get(kind) ?? 0) >= 10]).toEqual([kind, true]);
  });

  test("are the same when another process takes over at any entry, and each is sent by one of the two", async () => {
    let handed = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const { stored, entries } = lived(seed);
      const whole = aProcess(stored);
      for (const entry of entries) whole.tracing.noticed(entry);
      for (let cut = 1; cut < entries.length; cut += Math.ceil(entries.length / 5)) {
        const first = aProcess(stored);
        const second = aProcess(stored);
        for (const entry of entries.slice(0, cut)) first.tracing.noticed(entry);
        for (const entry of entries.slice(cut)) second.tracing.noticed(entry);
        await second.tracing.close();
        expect([...first.sent, ...second.sent]).toEqual(whole.sent);
        expect(second.reads).toEqual([[1, cut]]);
        handed += first.sent.length > 0 && second.sent.length > 0 ? 1 : 0;
      }
    }
    expect(handed).toBeGreaterThan(40);
  });

  test("link to who asked for the run, and to nobody where that is not known", () => {
    const { run, stored, entries } = lived(3);
    const linked = aProcess(stored);
    for (const [index, entry] of entries.entries()) {
      linked.tracing.noticed(entry);
      if (index === 0 && CALLER !== null) linked.tracing.link(run, CALLER);
    }
    expect(linked.sent.filter(({ links }) => links.length > 0).map(({ name, links }) => [name, links])).toEqual([
      ["invoke_agent writ", [CALLER]],
    ]);
    const other = aProcess(stored);
    for (const entry of entries) other.tracing.noticed(entry);
    expect(other.sent.every(({ links }) => links.length === 0)).toBe(true);
  });

  test("come without their beginning where that cannot be read", async () => {
    const { stored, entries } = lived(3);
    const { tracing, sent } = aProcess(stored, "fails");
    for (const entry of entries.slice(1)) tracing.noticed(entry);
    await tracing.close();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every(({ name }) => name !== "invoke_agent writ")).toBe(true);
  });

  test("of many runs that wait few are remembered, and the others are read again", async () => {
    const { stored, entries } = lived(3);
    const { tracing, reads } = aProcess(stored);
    const [first, second] = entries;
    const run = (number: number): RunId => `run_${String(number).padStart(26, "0")}` as RunId;
    if (first === undefined || second === undefined) throw new TypeError("the run is too short");
    for (let number = 1; number <= 300; number += 1) tracing.noticed({ ...first, run: run(number) });
    for (const number of [300, 299, 1]) tracing.noticed({ ...second, run: run(number) });
    await tracing.close();
    expect(reads).toEqual([[1, 1]]);
  });
});
