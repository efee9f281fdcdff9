import type { ViewChanges } from "@writ/core";
import { describe, expect, test } from "vitest";

import { aDraft, anApproval, anArtifact, aRunView, runNumber } from "./store-drafts.ts";
import { codeOf, type MakeStore, nowAndLater, onFreshLog } from "./store-harness.ts";

const [A, B, C] = [runNumber(0), runNumber(1), runNumber(2)];

async function* each(rows: readonly ViewChanges[]): AsyncGenerator<ViewChanges> {
  yield* rows;
}

export function viewsContract(make: MakeStore): void {
  describe("the lists", () => {
    test("show what the last entry of a run said, member by member", () =>
      onFreshLog(make, async (store, reopen) => {
        const approval = anApproval(A, "apr_a", { gates: ["G1", "G2"], title: null });
        const decided = {
          ...approval,
          status: "granted",
          decided_at_ms: 50,
          decided_by: "usr_b",
          reason: "fine",
        } as const;
        await Promise.all([
          store.journal.append(aDraft(A, 1, { view: { goal: null }, approvals: [approval, anApproval(A, "apr_b")] })),
          store.journal.append(
            aDraft(A, 2, {
              view: { status: "completed", ended_at_ms: 9, wake_at_ms: 8, reason: "done" },
              approvals: [decided],
            }),
          ),
        ]);
        await nowAndLater(store, reopen, async ({ views }) => {
          const { views: last } = aDraft(A, 2, {
            view: { status: "completed", ended_at_ms: 9, wake_at_ms: 8, reason: "done" },
          });
          expect(await views.run(A)).toEqual(last.run);
          expect(await views.approval("apr_a")).toEqual(decided);
          expect(await views.approval("apr_b")).toEqual(anApproval(A, "apr_b"));
          expect(await views.approval("apr_c")).toBeNull();
          expect(await views.run(B)).toBeNull();
        });
      }));

    test("page through runs, newest first, by status", () =>
      onFreshLog(make, async ({ journal, views }) => {
        const statuses = ["completed", "in_progress", "awaiting_gate"];
        await Promise.all(
          Array.from({ length: 30 }, (_, number) =>
            journal.append(
              aDraft(runNumber(number), 1, {
                view: { created_at_ms: 100 + Math.floor(number / 4), status: statuses[number % 3] ?? "" },
              }),
            ),
          ),
        );
        const numbers = Array.from({ length: 30 }, (_, number) => 29 - number);
        const seen: string[] = [];
        let before: { readonly createdAt: number; readonly run: string } | null = null;
        for (;;) {
          const page = await views.runs({ statuses: [], before, limit: 7 });
          seen.push(...page.map(({ run_id }) => run_id));
          const last = page.at(-1);
          if (last === undefined) break;
          before = { createdAt: last.created_at_ms, run: last.run_id };
        }
        expect(seen).toEqual(numbers.map(runNumber));
        const some = await views.runs({
          statuses: ["awaiting_gate", "completed", "completed", "failed"],
          before: { createdAt: 105, run: runNumber(21) },
          limit: 9,
        });
        const wanted = numbers.filter((number) => number < 21 && number % 3 !== 1).slice(0, 9);
        expect(some.map(({ run_id }) => run_id)).toEqual(wanted.map(runNumber));
        expect(await views.runs({ statuses: ["failed"], before: null, limit: 9 })).toEqual([]);
      }));

    test("show approvals, soonest expiry first, by status and run", () =>
      onFreshLog(make, async ({ journal, views }) => {
        const approvals = [
          anApproval(A, "apr_a1", { expires_at_ms: 30 }),
          anApproval(A, "apr_a2", { expires_at_ms: 10, status: "denied" }),
          anApproval(A, "apr_a3", { expires_at_ms: 20 }),
        ];
        await journal.append(aDraft(A, 1, { approvals }));
        await journal.append(
          aDraft(B, 1, {
            approvals: [anApproval(B, "apr_b1", { expires_at_ms: 20 }), anApproval(B, "apr_b2", { status: "used" })],
          }),
        );
        const list = async (query: Parameters<typeof views.approvals>[0]): Promise<readonly string[]> =>
          (await views.approvals(query)).map(({ approval_id }) => approval_id);
        expect(await list({ statuses: ["waiting"], run: null, limit: 9 })).toEqual(["apr_a3", "apr_b1", "apr_a1"]);
        expect(await list({ statuses: ["waiting", "denied"], run: null, limit: 3 })).toEqual([
          "apr_a2",
          "apr_a3",
          "apr_b1",
        ]);
        expect(await list({ statuses: [], run: null, limit: 9 })).toEqual([
          "apr_a2",
          "apr_a3",
          "apr_b1",
          "apr_a1",
          "apr_b2",
        ]);
        expect(await list({ statuses: ["waiting"], run: A, limit: 9 })).toEqual(["apr_a3", "apr_a1"]);
        expect(await list({ statuses: [], run: B, limit: 1 })).toEqual(["apr_b1"]);
        expect(await list({ statuses: ["waiting"], run: C, limit: 9 })).toEqual([]);
        const after = { at: 20, approval: "apr_a3" };
        expect(await list({ statuses: ["waiting"], run: null, after, limit: 9 })).toEqual(["apr_b1", "apr_a1"]);
        expect(await list({ statuses: [], run: A, after, limit: 9 })).toEqual(["apr_a1"]);
        expect(await views.countApprovals({ statuses: ["waiting"], after })).toBe(2);
        expect(await views.countApprovals({ statuses: ["waiting", "denied"] })).toBe(4);
        expect(await views.countApprovals({ statuses: [] })).toBe(5);
      }));

    test("page through what waits, by when it was asked, oldest first", () =>
      onFreshLog(make, async ({ journal, views }) => {
        const approvals = Array.from({ length: 20 }, (_, number) =>
          anApproval(A, `apr_${String(number).padStart(2, "0")}`, {
            requested_at_ms: 100 - Math.floor(number / 3),
            expires_at_ms: 500 + number,
            status: number % 5 === 0 ? "granted" : "waiting",
          }),
        );
        await journal.append(aDraft(A, 1, { approvals }));
        const seen: string[] = [];
        for (let after: Parameters<typeof views.waiting>[0] = null; ;) {
          const page = await views.waiting(after, 3);
          const last = page.at(-1);
          if (last === undefined) break;
          seen.push(...page.map(({ approval_id }) => approval_id));
          after = { at: last.requested_at_ms, approval: last.approval_id };
        }
        const wanted = approvals
          .filter(({ status }) => status === "waiting")
          .toSorted((a, b) => a.requested_at_ms - b.requested_at_ms || (a.approval_id < b.approval_id ? -1 : 1));
        expect(seen).toEqual(wanted.map(({ approval_id }) => approval_id));
        expect(seen).toHaveLength(16);
      }));

    test("complete the beginning of a name", () =>
      onFreshLog(make, async ({ journal, views }) => {
        await Promise.all(
          Array.from({ length: 12 }, (_, number) =>
            journal.append(
              aDraft(runNumber(number), 1, { approvals: [anApproval(runNumber(number), `apr_${number}`)] }),
            ),
          ),
        );
        expect(await views.complete("run", runNumber(11).slice(0, -1), 9)).toEqual([runNumber(10), runNumber(11)]);
        expect(await views.complete("run", "run_", 2)).toEqual([runNumber(0), runNumber(1)]);
        expect(await views.complete("approval", "apr_1", 9)).toEqual(["apr_1", "apr_10", "apr_11"]);
        expect(await views.complete("approval", "run", 9)).toEqual([]);
        expect(await views.complete("run", "%", 9)).toEqual([]);
      }));

    test("name the runs that are not ended, and when a clock moves them", () =>
      onFreshLog(make, async ({ journal, views }) => {
        await journal.append(aDraft(A, 1, { view: { wake_at_ms: 500 } }));
        await journal.append(aDraft(B, 1));
        await journal.append(aDraft(C, 1));
        await journal.append(aDraft(C, 2, { view: { ended_at_ms: 600 } }));
        expect(await views.unfinished()).toEqual([
          { run: A, wakeAt: 500 },
          { run: B, wakeAt: null },
        ]);
      }));

    test("remember the paths that were written", () =>
      onFreshLog(make, async ({ journal, views }) => {
        await journal.append(aDraft(A, 1, { artifacts: [anArtifact(A, "notes/a.md"), anArtifact(A, "notes/b.md")] }));
        await journal.append(aDraft(A, 2, { artifacts: [anArtifact(A, "notes/a.md", { bytes: 99 })] }));
        await journal.append(aDraft(B, 1, { artifacts: [anArtifact(B, "notes/a.md")] }));
        expect(await views.writtenPaths()).toEqual(new Set(["notes/a.md", "notes/b.md"]));
      }));

    test("say what each run left behind, oldest first, each file of a step as it was last", () =>
      onFreshLog(make, async (store, reopen) => {
        const [a, b] = [anArtifact(A, "notes/a.md", { at_ms: 30 }), anArtifact(A, "notes/b.md", { at_ms: 20 })];
        const rewritten = anArtifact(A, "notes/a.md", { at_ms: 10, bytes: 99 });
        await store.journal.append(aDraft(A, 1, { artifacts: [a, b] }));
        await store.journal.append(aDraft(A, 2, { artifacts: [rewritten] }));
        await store.journal.append(aDraft(B, 1, { artifacts: [anArtifact(B, "notes/c.md")] }));
        await nowAndLater(store, reopen, async ({ views }) => {
          expect(await views.artifacts(A)).toEqual([rewritten, b]);
          expect(await views.artifacts(B)).toEqual([anArtifact(B, "notes/c.md")]);
          expect(await views.artifacts(C)).toEqual([]);
        });
      }));

    test("count runs by state", () =>
      onFreshLog(make, async (store, reopen) => {
        expect([...(await store.views.countRuns()).values()].filter((count) => count > 0)).toEqual([]);
        await Promise.all([
          store.journal.append(aDraft(A, 1, { view: { status: "completed" } })),
          store.journal.append(aDraft(B, 1, { view: { status: "in_progress" } })),
          store.journal.append(aDraft(C, 1, { view: { status: "in_progress" } })),
          store.journal.append(aDraft(B, 2, { view: { status: "completed" } })),
        ]);
        await nowAndLater(store, reopen, async ({ views }) => {
          const counts = await views.countRuns();
          expect([counts.get("completed"), counts.get("in_progress"), counts.get("failed") ?? 0]).toEqual([2, 1, 0]);
        });
      }));

    test("are rebuilt: rows not handed in go, those of a run that moved on stay", () =>
      onFreshLog(make, async (store, reopen) => {
        await store.journal.append(
          aDraft(A, 1, {
            view: { goal: "wrong" },
            approvals: [anApproval(A, "apr_wrong")],
            artifacts: [anArtifact(A, "wrong.md")],
          }),
        );
        await store.journal.append(aDraft(B, 1));
        await store.journal.append(aDraft(B, 2, { view: { goal: "newer" } }));
        await store.journal.append(aDraft(C, 1, { approvals: [anApproval(C, "apr_c")] }));
        await store.views.rebuild(
          each([
            {
              run: aRunView(A, { goal: "right" }),
              approvals: [anApproval(A, "apr_right")],
              artifacts: [anArtifact(A, "right.md")],
            },
            { run: aRunView(B, { goal: "older" }), approvals: [], artifacts: [] },
          ]),
        );
        await nowAndLater(store, reopen, async ({ views }) => {
          expect((await views.run(A))?.goal).toBe("right");
          expect((await views.run(B))?.goal).toBe("newer");
          expect(await views.run(C)).toBeNull();
          expect(
            (await views.approvals({ statuses: [], run: null, limit: 9 })).map(({ approval_id }) => approval_id),
          ).toEqual(["apr_right"]);
          expect(await views.writtenPaths()).toEqual(new Set(["right.md"]));
        });
      }));

    test("stay as they are for a draft that is refused", () =>
      onFreshLog(make, async ({ journal, views }) => {
        await journal.append(aDraft(A, 1, { approvals: [anApproval(A, "apr_a")] }));
        const refused = {
          view: { status: "failed" },
          approvals: [anApproval(A, "apr_a", { status: "denied" })],
          artifacts: [anArtifact(A, "x")],
        };
        expect(await codeOf(journal.append(aDraft(A, 3, refused)))).toBe("stale_journal");
        expect((await views.run(A))?.status).toBe("in_progress");
        expect((await views.approval("apr_a"))?.status).toBe("waiting");
        expect(await views.writtenPaths()).toEqual(new Set());
      }));
  });
}
