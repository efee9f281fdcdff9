import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { campaign, seedsFrom, table } from "./campaign.ts";
import { FACT_TYPES } from "./fact-types.ts";
import { keptSeeds } from "./kept-seeds.ts";
import { PLANTED_BUGS } from "./planted-bugs.ts";
import { simulate } from "./simulate.ts";

const SEEDS = process.env["WRIT_LONG"] === "1" ? 500_000 : 2_000;
/** Seeds in which a planted bug must be seen. */
const PATIENCE = 4_000;

/** Situations in which an invariant is at risk, and how often 2,000 seeds must meet each at least. */
const AT_RISK = {
  "gated starts": 500,
  "gated starts, again": 50,
  "grants by two people": 40,
  "crashes with open attempts": 100,
  "crash after an effect": 20,
  "crash before an effect": 20,
  doubts: 50,
  "failed call that may have happened": 100,
  "drift at approval": 200,
  "drift at dispatch": 50,
  "voided approval_expired": 20,
  "voided replanned": 20,
  "voided step_failed": 50,
  replans: 100,
  "undo phases": 100,
  "full entries": 50,
  "answers within 1 ms of an expiry": 80,
  "ledger replays": 80,
  "queued twins": 40,
  "budget holds": 20,
  "late copies": 500,
  "stale rounds": 20,
  "wrong binding hashes": 100,
  "fallbacks run": 50,
  "calls stopped in time": 4,
  "closing with open attempts": 100,
  "asked again while closing": 1,
  "loop trips identical_call": 10,
  "loop trips no_progress": 1,
  "loop trips plan_repeat": 3,
  "loop trips plan_oscillation": 1,
  "failure transient_timeout": 50,
  "failure server_error_5xx": 10,
  "failure rate_limited": 10,
  "failure idempotency_conflict": 10,
  "failure evidence_stale": 10,
  "failure policy_denied": 10,
  "failure schema_mismatch": 10,
  "failure auth_expired": 10,
  "failure cancelled": 10,
  "failure unknown": 10,
} as const;

describe("a run in a simulated world", () => {
  test("holds every invariant on the seeds that failed once", () => {
    const kept = keptSeeds(readFileSync(join(import.meta.dirname, "seeds.json"), "utf8"));
    expect(kept.length).toBeGreaterThan(30);
    expect(campaign(kept).failures).toEqual([]);
  });

  test(`holds every invariant on ${SEEDS} seeds, and meets every danger (AS-40, AS-85)`, () => {
    const lived = campaign(seedsFrom(1, SEEDS));
    process.stdout.write(table(lived));
    expect(lived.failures).toEqual([]);
    for (const fact of FACT_TYPES)
      expect({ fact, isSeen: lived.premises.of(`fact ${fact}`) > 0 }).toEqual({ fact, isSeen: true });
    for (const [premise, times] of Object.entries(AT_RISK)) {
      expect({ premise, isMet: lived.premises.of(premise) >= times }).toEqual({ premise, isMet: true });
    }
  });

  test("is the same on the same seed", () => {
    const lines = [0, 1].map(() => {
      const trace: string[] = [];
      simulate(7, undefined, (line) => void trace.push(line));
      return trace;
    });
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]?.length).toBeGreaterThan(5);
  });

  test.each(PLANTED_BUGS)("betrays $name", ({ name, core, seenBy }) => {
    const started = process.hrtime.bigint();
    for (const seed of seedsFrom(1, PATIENCE)) {
      const { violation } = simulate(seed, core);
      if (violation === null) continue;
      const ms = Number((process.hrtime.bigint() - started) / 1_000_000n);
      process.stdout.write(`${name}: ${violation.invariant}, seed ${seed}, ${ms} ms\n`);
      expect(seenBy).toContain(violation.invariant);
      return;
    }
    expect.unreachable(`${name} was not seen in ${PATIENCE} seeds`);
  });
});
