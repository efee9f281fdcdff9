import type { EntryDraft } from "@writ/core";
import fc from "fast-check";
import { expect, test } from "vitest";

import { expectTree, expectViewsFollow } from "./store-audit.ts";
import { aDraft, aPayload, runNumber } from "./store-drafts.ts";
import { codeOf, type MakeStore, onFreshLog } from "./store-harness.ts";

/** One append somebody tries: of which run, how far from the right version, and what it wants to use. */
interface Attempt {
  readonly run: number;
  readonly offset: number;
  readonly approval: number | null;
  readonly key: number | null;
  readonly isDone: boolean;
  readonly payloads: number;
  /** Waits for all before it, so that what follows is in another group. */
  readonly isLast: boolean;
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  run: fc.nat({ max: 3 }),
  offset: fc.constantFrom(0, 0, 0, 0, 0, -1, 1),
  approval: fc.constantFrom(null, null, null, null, 0, 1, 2, 3),
  key: fc.constantFrom(null, null, null, null, 0, 1, 2, 3),
  isDone: fc.boolean(),
  payloads: fc.nat({ max: 2 }),
  isLast: fc.boolean(),
});

/** What a store must answer, in thirty lines. */
class Model {
  readonly versions = [0, 0, 0, 0];
  readonly approvals = new Set<number>();
  readonly keys = new Map<number, { readonly run: number; readonly isDone: boolean }>();
  size = 1;

  answer({ run, offset, approval, key, isDone }: Attempt): string {
    if (offset !== 0) return "stale_journal";
    if (approval !== null && this.approvals.has(approval)) return "approval_already_redeemed";
    const held = key === null ? undefined : this.keys.get(key);
    if (held !== undefined && (held.run !== run || (held.isDone && !isDone))) return "idempotency_conflict";
    if (approval !== null) this.approvals.add(approval);
    if (key !== null) this.keys.set(key, { run, isDone });
    this.versions[run] = this.versionOf(run) + 1;
    this.size += 1;
    return "ok";
  }

  versionOf(run: number): number {
    return this.versions[run] ?? 0;
  }
}

export function storeModelContract(make: MakeStore): void {
  test("answers every order of appends as the model does", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 20, maxLength: 60, size: "max" }), (attempts) =>
        onFreshLog(make, async (store, reopen) => {
          const model = new Model();
          const answers: Promise<string>[] = [];
          const wanted: string[] = [];
          for (const tried of attempts) {
            answers.push(codeOf(store.journal.append(draftOf(tried, model.versionOf(tried.run) + 1 + tried.offset))));
            wanted.push(model.answer(tried));
            if (tried.isLast) await Promise.all(answers);
          }
          expect(await Promise.all(answers)).toEqual(wanted);
          for (const code of wanted) seen.set(code, (seen.get(code) ?? 0) + 1);
          const again = await reopen();
          await expectTree(again.audit, model.size);
          await expectViewsFollow(again, [0, 1, 2, 3].map(runNumber));
        }),
      ),
      { numRuns: 40 },
    );
    expect(seen.get("ok")).toBeGreaterThan(400);
    expect(seen.get("stale_journal")).toBeGreaterThan(100);
    expect(seen.get("approval_already_redeemed")).toBeGreaterThan(40);
    expect(seen.get("idempotency_conflict")).toBeGreaterThan(30);
  });
}

function draftOf({ run, approval, key, isDone, payloads }: Attempt, version: number): EntryDraft {
  return aDraft(runNumber(run), version, {
    payloads: Array.from({ length: payloads }, (_, n) => aPayload(n, `${run}/${version}/${n}`)),
    approvalUses: approval === null ? [] : [{ approval: `apr_${approval}`, bindingHash: `sha256:${"d".repeat(64)}` }],
    keys: key === null ? [] : [{ key: `ik_${key}`, state: isDone ? "done" : "in_flight" }],
  });
}
