import {
  beginEntry,
  EntryReader,
  entryFacts,
  evolve,
  initialState,
  MetricsFold,
  runStatus,
  type BareFact,
  type CounterName,
  type MetricsSnapshot,
  type RunState,
} from "@writ/core";
import { testHasher } from "@writ/testkit/build/hasher";
import { offSchema } from "@writ/testkit/published-schema";
import { CORE } from "@writ/testkit/simulator/core-functions";
import { World } from "@writ/testkit/simulator/world";
import { describe, expect, test } from "vitest";

const SEEDS = 120;
const HOUR = 3_600_000;

function lived(seed: number): World {
  const world = new World(seed, CORE, () => undefined);
  world.live();
  return world;
}

function counted(
  { totals }: Pick<MetricsSnapshot, "totals">,
  name: CounterName,
  labels: Readonly<Record<string, string>> = {},
): number {
  return totals.counters
    .filter((row) => row.name === name && Object.entries(labels).every(([label, value]) => row.labels[label] === value))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Folds one run twice, entry by entry: as the engine does, and as figures. */
function both(world: World, each: (state: RunState, fold: MetricsFold) => void) {
  const { stored, run } = world.recording;
  const fold = new MetricsFold();
  const state = initialState(run, world.scenario.rules);
  const reader = new EntryReader(testHasher);
  for (const line of stored) {
    const entry = reader.read(line);
    beginEntry(state, entry.at, entry.actor);
    for (const fact of entry.facts) evolve(state, fact);
    const facts = entryFacts(line.bytes);
    if (facts !== null) fold.observe({ run, ...facts }, () => "local_write");
    each(state, fold);
  }
  return { state, snapshot: fold.snapshot() };
}

/** A fold that is told of attempts of many tools, each in an hour of its own. */
function toldOf(attempts: number, at: (attempt: number) => number): MetricsFold {
  const fold = new MetricsFold();
  const start = lived(1).recording.stored[0]?.bytes ?? "";
  const { actor, facts } = entryFacts(start) ?? { actor: { kind: "user" as const }, facts: [] };
  const begun = facts.filter(({ type }) => type === "run_started");
  const attempted = (tool: string): readonly BareFact[] => [
    { type: "step_started", step: tool, attempt: 1, tool } as BareFact,
    { type: "attempt_returned", step: tool, attempt: 1 } as BareFact,
  ];
  fold.observe({ run: "run_a", at: at(0), actor, facts: begun }, () => "network");
  for (let attempt = 0; attempt < attempts; attempt += 1)
    fold.observe({ run: "run_a", at: at(attempt), actor, facts: attempted(`area.tool_${attempt}`) }, () => "network");
  return fold;
}

describe("figures of a log", () => {
  test("a run is in the state that the engine finds, after every entry of every simulated run", () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      both(lived(seed), (state, fold) => {
        const status = runStatus(state);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        const { runs, tasks } = fold.snapshot();
        const standing = Object.entries(runs).filter(([, count]) => count > 0);
        expect({ seed, version: state.version, standing }).toEqual({
          seed,
          version: state.version,
          standing: [[status, 1]],
        });
        expect(Object.values(tasks).reduce((sum, count) => sum + count, 0)).toBe(1);
      });
    }
    for (const status of ["in_progress", "awaiting_gate", "paused", "in_doubt", "planned", "completed", "failed"])
      expect([status, (seen.get(status) ?? 0) > 5]).toEqual([status, true]);
  });

  test("what is counted is what the engine's own books hold", () => {
    const premises = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const world = lived(seed);
      const { state, snapshot } = both(world, () => undefined);
      const facts = world.recording.stored.flatMap(({ bytes }) => entryFacts(bytes)?.facts ?? []);
      const revoked = counted(snapshot, "approvals", { decision: "revoked" });
      const books = {
        seed,
        completed:
          counted(snapshot, "steps", { result: "completed" }) + counted(snapshot, "steps", { result: "compensated" }),
        retries: counted(snapshot, "retries"),
        attempts: counted(snapshot, "tool_attempts"),
        decided: counted(snapshot, "approvals") - revoked,
        escalations: counted(snapshot, "escalations"),
        waiting: snapshot.approvals_waiting,
      };
      expect(books).toEqual({
        seed,
        completed: state.tally.succeeded,
        retries: state.retries,
        attempts: facts.filter(({ type }) => type === "step_started").length,
        decided: facts.filter(({ type }) => type === "approval_requested").length,
        escalations: state.tally.verdicts.escalate,
        waiting: 0,
      });
      const recoveries = counted(snapshot, "recoveries");
      for (const [name, count] of Object.entries({ ...books, revoked, recoveries }))
        if (count > 0) premises.set(name, (premises.get(name) ?? 0) + 1);
    }
    for (const name of ["completed", "retries", "attempts", "decided", "escalations", "revoked", "recoveries"])
      expect([name, (premises.get(name) ?? 0) >= 5]).toEqual([name, true]);
  });

  test("hours add up to the totals, and each says what was the case at its end", () => {
    const { stored, run } = lived(3).recording;
    const fold = new MetricsFold();
    for (const [index, { bytes }] of stored.entries()) {
      const facts = entryFacts(bytes);
      if (facts !== null) fold.observe({ run, ...facts, at: index * HOUR }, () => "network");
    }
    const hours = fold.series(0, stored.length * HOUR);
    expect(hours.length).toBe(stored.length);
    const { totals, runs } = fold.snapshot();
    for (const { name } of totals.counters) {
      const sum = hours.reduce((sum, { figures }) => sum + counted({ totals: figures }, name), 0);
      expect([name, sum]).toEqual([name, counted({ totals }, name)]);
    }
    expect(hours.at(-1)?.runs).toEqual(runs);
    expect([...offSchema("metrics", fold.snapshot()), ...offSchema("metrics-hours", hours)]).toEqual([]);
    expect(hours.at(0)?.hour).toBe("1970-01-01T00:00:00.000Z");
    expect(fold.series(HOUR, HOUR + 1).map(({ hour }) => hour)).toEqual(["1970-01-01T01:00:00.000Z"]);
    expect(fold.series(stored.length * HOUR, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  test("of many tools two hundred are told apart, of many hours those of 31 days", () => {
    const fold = toldOf(1_000, (attempt) => attempt * HOUR);
    const { totals } = fold.snapshot();
    const tools = totals.counters.filter(({ name }) => name === "tool_attempts");
    expect(tools.length).toBe(201);
    expect(counted({ totals }, "tool_attempts", { tool: "other" })).toBe(800);
    expect(counted({ totals }, "tool_attempts")).toBe(1_000);
    const hours = fold.series(0, 1_000 * HOUR);
    expect([hours.length, hours.at(0)?.hour]).toEqual([744, "1970-01-11T16:00:00.000Z"]);
  });

  test("what is no entry of a run is not counted, whatever its bytes are", () => {
    for (const bytes of ["", "[]", "null", '{"kind":"log"}', '{"kind":"run","at_ms":1,"actor":{},"facts":[]}', "{"])
      expect([bytes, entryFacts(bytes)]).toEqual([bytes, null]);
    const fold = new MetricsFold();
    fold.skip();
    fold.observe(
      { run: "run_a", at: 0, actor: { kind: "user" }, facts: [{ type: "retry_due", step: "a" }] },
      () => "network",
    );
    expect(fold.snapshot()).toMatchObject({ log_size: 2, tasks: { pending: 0, running: 0 }, totals: { counters: [] } });
  });
});
