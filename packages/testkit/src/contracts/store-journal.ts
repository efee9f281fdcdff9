import type { EntryDraft } from "@writ/core";
import { describe, expect, test } from "vitest";

import { aDraft, aPayload, runNumber } from "./store-drafts.ts";
import { codeOf, type MakeStore, nowAndLater, onFreshLog } from "./store-harness.ts";

const [A, B, C, D] = [runNumber(0), runNumber(1), runNumber(2), runNumber(3)];
/** Larger than what lies beside its entry. */
const LARGE = 70_000;

export function journalContract(make: MakeStore): void {
  describe("the journal", () => {
    test("keeps exactly the drafted bytes, with the position it gave", () =>
      onFreshLog(make, async (store, reopen) => {
        const first = aDraft(A, 1, { facts: [{ type: "noted", text: 'Grüße, 世界 🌍 \u2028 " \\' }] });
        expect(await store.journal.append(first)).toMatchObject({ seq: 1 });
        expect(await store.journal.append(aDraft(A, 2))).toMatchObject({ seq: 2 });
        await nowAndLater(store, reopen, async ({ journal }) => {
          const [one, two] = await journal.read(A);
          expect(one).toEqual({ seq: 1, run: A, version: 1, bytes: `${first.head}1${first.tail}`, payloads: [] });
          expect(two).toMatchObject({ seq: 2, run: A, version: 2 });
          expect((await journal.read(A, 2)).map(({ version }) => version)).toEqual([2]);
          expect((await journal.read(A, 1, 1)).map(({ version }) => version)).toEqual([1]);
          expect((await journal.read(A, 2, 5)).map(({ version }) => version)).toEqual([2]);
          expect(await journal.read(A, 3)).toEqual([]);
          expect(await journal.read(B)).toEqual([]);
        });
      }));

    test("joins the payloads born in each entry", () =>
      onFreshLog(make, async (store, reopen) => {
        const [p, q, r] = [aPayload(0, "p"), aPayload(1, "q", new Uint8Array()), aPayload(0, "r")];
        await Promise.all([
          store.journal.append(aDraft(A, 1, { payloads: [p, q] })),
          store.journal.append(aDraft(B, 1, { payloads: [aPayload(0, "of another run")] })),
          store.journal.append(aDraft(A, 2)),
          store.journal.append(aDraft(A, 3, { payloads: [r] })),
        ]);
        await nowAndLater(store, reopen, async ({ journal }) => {
          const born = (await journal.read(A)).map(({ payloads }) =>
            payloads.map(({ n, salt, bytes }) => [n, plain(salt), plain(bytes)]),
          );
          expect(born).toEqual([
            [
              [0, plain(p.salt), plain(p.bytes)],
              [1, plain(q.salt), []],
            ],
            [],
            [[0, plain(r.salt), plain(r.bytes)]],
          ]);
        });
      }));

    test("keeps large payloads, and the order of a run that waits for one", () =>
      onFreshLog(make, async (store, reopen) => {
        const large = [0, 1].map((n) => aPayload(n, `large ${n}`, new Uint8Array(LARGE + n).fill(n + 1)));
        const limit = aPayload(2, "at the limit", new Uint8Array(65_536).fill(9));
        const appended = await Promise.all([
          store.journal.append(aDraft(A, 1, { payloads: [...large, limit] })),
          store.journal.append(aDraft(A, 2)),
          store.journal.append(aDraft(B, 1)),
          store.journal.append(aDraft(A, 3, { payloads: [aPayload(0, "large too", new Uint8Array(LARGE).fill(7))] })),
          store.journal.append(aDraft(A, 4)),
        ]);
        expect(appended.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
        await nowAndLater(store, reopen, async ({ journal }) => {
          const entries = await journal.read(A);
          expect(entries.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
          const sizes = entries.map(({ payloads }) => payloads.map(({ bytes }) => bytes?.length));
          expect(sizes).toEqual([[LARGE, LARGE + 1, 65_536], [], [LARGE], []]);
          expect(entries[0]?.payloads[1]?.bytes?.every((byte) => byte === 2)).toBe(true);
        });
      }));

    test("gives many runs that append at once an order without gaps", () =>
      onFreshLog(make, async (store) => {
        const drafts: EntryDraft[] = [];
        for (let version = 1; version <= 40; version += 1) {
          for (let run = 0; run < 8; run += 1)
            drafts.push(aDraft(runNumber(run), version, { payloads: [aPayload(0, `${run}/${version}`)] }));
        }
        const seqs = (await Promise.all(drafts.map((draft) => store.journal.append(draft)))).map(({ seq }) => seq);
        expect(seqs.toSorted((a, b) => a - b)).toEqual(drafts.map((_, index) => index + 1));
        for (let run = 0; run < 8; run += 1) {
          const entries = await store.journal.read(runNumber(run));
          expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
          expect(entries.map(({ seq }) => seq)).toEqual(await store.audit.positions(runNumber(run)));
          expect(entries.map(({ seq }) => seq)).toEqual(
            seqs.filter((_, index) => drafts[index]?.run === runNumber(run)),
          );
        }
      }));

    test("refuses another version than the next, and keeps nothing of it", () =>
      onFreshLog(make, async (store, reopen) => {
        await store.journal.append(aDraft(A, 1));
        const parts = {
          payloads: [aPayload(0, "stale")],
          documents: [{ digest: digest("s"), bytes: "{}" }],
          view: { status: "failed" },
        };
        for (const version of [0, 1, 3])
          expect(await codeOf(store.journal.append(aDraft(A, version, parts)))).toBe("stale_journal");
        expect(await codeOf(store.journal.append(aDraft(B, 2)))).toBe("stale_journal");
        const again = await reopen();
        expect((await again.audit.head()).size).toBe(2);
        expect((await again.views.run(A))?.status).toBe("in_progress");
        expect(await again.views.run(B)).toBeNull();
        expect(await again.documents.get(digest("s"))).toBeNull();
        expect(await again.journal.append(aDraft(A, 2))).toMatchObject({ seq: 2 });
      }));

    test("refuses a draft that comes twice, and keeps the large payload of the one it took", () =>
      onFreshLog(make, async (store) => {
        const draft = aDraft(A, 1, { payloads: [aPayload(0, "twice", new Uint8Array(LARGE).fill(7))] });
        const codes = await Promise.all([codeOf(store.journal.append(draft)), codeOf(store.journal.append(draft))]);
        expect(codes).toEqual(["ok", "stale_journal"]);
        expect(await codeOf(store.journal.append(draft))).toBe("stale_journal");
        const [entry] = await store.journal.read(A);
        expect(entry?.payloads[0]?.bytes?.length).toBe(LARGE);
      }));

    test("fails the drafts concerned and those of the same run behind them, no others", () =>
      onFreshLog(make, async (store) => {
        const use = { approval: "apr_01m7xcc2g3b93rthtjgbd2xt23", bindingHash: digest("x") };
        await store.journal.append(aDraft(D, 1, { approvalUses: [use] }));
        const codes = await Promise.all([
          codeOf(store.journal.append(aDraft(A, 1))),
          codeOf(store.journal.append(aDraft(B, 2))),
          codeOf(store.journal.append(aDraft(C, 1, { approvalUses: [use] }))),
          codeOf(store.journal.append(aDraft(C, 2))),
          codeOf(store.journal.append(aDraft(A, 2))),
          codeOf(store.journal.append(aDraft(D, 2, { facts: [{ type: "noted", text: "x".repeat(65_536) }] }))),
          codeOf(store.journal.append(aDraft(D, 3))),
          codeOf(store.journal.append(aDraft(B, 1))),
        ]);
        expect(codes).toEqual([
          ...["ok", "stale_journal", "approval_already_redeemed", "stale_journal", "ok"],
          ...["entry_too_large", "stale_journal", "ok"],
        ]);
        expect((await store.audit.head()).size).toBe(5);
        expect(await store.views.run(C)).toBeNull();
      }));

    test("lets an approval be used once, in one group, later and after a restart", () =>
      onFreshLog(make, async (store, reopen) => {
        const uses = ["one", "two"].map((name) => ({ approval: `apr_${name}`, bindingHash: digest(name) }));
        expect(await codeOf(store.journal.append(aDraft(A, 1, { approvalUses: uses })))).toBe("ok");
        const second = { approvalUses: uses.slice(1) };
        expect(await codeOf(store.journal.append(aDraft(A, 2, second)))).toBe("approval_already_redeemed");
        const third = [{ approval: "apr_three", bindingHash: digest("three") }];
        const racing = [
          store.journal.append(aDraft(A, 2, { approvalUses: third })),
          store.journal.append(aDraft(B, 1, { approvalUses: third })),
        ];
        expect(await Promise.all(racing.map(codeOf))).toEqual(["ok", "approval_already_redeemed"]);
        expect(await codeOf((await reopen()).journal.append(aDraft(B, 1, second)))).toBe("approval_already_redeemed");
      }));

    test("holds an idempotency key for its run until its call ended", () =>
      onFreshLog(make, async (store, reopen) => {
        const [begin, end] = [{ key: "ik_a", state: "in_flight" } as const, { key: "ik_a", state: "done" } as const];
        expect(await codeOf(store.journal.append(aDraft(A, 1, { keys: [begin] })))).toBe("ok");
        expect(await codeOf(store.journal.append(aDraft(B, 1, { keys: [begin] })))).toBe("idempotency_conflict");
        const again = await reopen();
        expect(await codeOf(again.journal.append(aDraft(A, 2, { keys: [begin] })))).toBe("ok");
        expect(await codeOf(again.journal.append(aDraft(A, 3, { keys: [end] })))).toBe("ok");
        expect(await codeOf(again.journal.append(aDraft(A, 4, { keys: [begin] })))).toBe("idempotency_conflict");
        expect(await codeOf(again.journal.append(aDraft(B, 1, { keys: [begin] })))).toBe("idempotency_conflict");
      }));

    test("writes what is queued before it closes, and refuses what comes later", () =>
      onFreshLog(make, async (store, reopen) => {
        const queued = [1, 2, 3].map((version) =>
          store.journal.append(aDraft(A, version, { payloads: [aPayload(0, `q${version}`, new Uint8Array(LARGE))] })),
        );
        const again = await reopen();
        await Promise.all(queued);
        expect(await again.journal.read(A)).toHaveLength(3);
        expect(await codeOf(store.journal.append(aDraft(A, 4)))).toBe("audit_unavailable");
      }));
  });

  describe("documents", () => {
    test("come with an entry or before it, and are kept once", () =>
      onFreshLog(make, async (store, reopen) => {
        await store.documents.put([
          { digest: digest("a"), bytes: '{"a":1}' },
          { digest: digest("b"), bytes: "{}" },
        ]);
        await store.documents.put([{ digest: digest("a"), bytes: '{"a":1}' }]);
        await store.journal.append(
          aDraft(A, 1, {
            documents: [
              { digest: digest("a"), bytes: '{"a":1}' },
              { digest: digest("c"), bytes: '{"c":[3]}' },
            ],
          }),
        );
        const { documents } = await reopen();
        expect(await documents.get(digest("a"))).toEqual({ a: 1 });
        expect(await documents.get(digest("c"))).toEqual({ c: [3] });
        expect(await documents.get(digest("d"))).toBeNull();
      }));
  });
}

function plain(bytes: Uint8Array | null): readonly number[] | null {
  return bytes && [...bytes];
}

function digest(name: string): string {
  return `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0")}`;
}
