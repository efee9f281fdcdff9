import { birthsOf, erasedBy, parseStrict, type RunId, type StoredEntry } from "@writ/core";
import type { AuditLog, Store } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { aDraft, anApproval, anArtifact, aPayload, plainHasher, runNumber, TEST_LOG } from "./store-drafts.ts";
import { codeOf, type MakeStore, nowAndLater, onFreshLog } from "./store-harness.ts";

const [A, B] = [runNumber(0), runNumber(1)];
const ACTOR = { kind: "user", id: "usr_06bq3v1k9e7m2x8c4d5f0h1j2n" };
const AT = { atMs: TEST_LOG.atMs + 99, actor: ACTOR };

export function auditLogContract(make: MakeStore): void {
  describe("the log", () => {
    test("begins with its own start", () =>
      onFreshLog(make, async ({ log, audit, documents }) => {
        expect(log).toEqual({ id: TEST_LOG.id, origin: TEST_LOG.origin, tenant: TEST_LOG.tenant });
        const [start] = await allEntries(audit);
        const { origin, tenant, key, product } = TEST_LOG;
        expect(parseStrict(start?.bytes ?? "")).toEqual({
          ...{ v: 1, kind: "log", log: TEST_LOG.id, seq: 0, at_ms: TEST_LOG.atMs, actor: TEST_LOG.actor },
          facts: [{ type: "log_started", origin, tenant, key, product }],
        });
        expect(await audit.positions(null)).toEqual([0]);
        expect(await audit.positions(A)).toEqual([]);
        expect(await audit.signedHead()).toBeNull();
        expect(await audit.tile(0, 0)).toBeNull();
        expect(await audit.redacted()).toEqual(new Set());
        expect(await audit.redactedRuns()).toEqual([]);
        expect(await documents.get(`sha256:${"0".repeat(64)}`)).toBeNull();
      }));

    test("has the tree of its entries, and tiles as soon as they are full, also after a restart", () =>
      onFreshLog(make, async (store, reopen) => {
        let open = store;
        for (const size of [2, 255, 256, 257, 511, 512, 515]) {
          const from = (await open.audit.head()).size;
          await Promise.all(
            Array.from({ length: size - from }, (_, index) => open.journal.append(aDraft(A, from + index))),
          );
          await expectTree(open.audit, size);
          open = await reopen();
          await expectTree(open.audit, size);
        }
        expect(await open.audit.tile(0, 2)).toBeNull();
        expect(await open.audit.tile(1, 0)).toBeNull();
      }));

    test("is read in parts, in order", () =>
      onFreshLog(make, async ({ audit, journal }) => {
        await Promise.all(
          Array.from({ length: 1_200 }, (_, index) =>
            journal.append(aDraft(A, index + 1, { payloads: [aPayload(0, `${index}`)] })),
          ),
        );
        const part = await allEntries(audit, 100, 1_150);
        expect(part.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_050 }, (_, index) => 100 + index));
        expect(part.every(({ payloads, seq }) => sameBytes(payloads[0]?.bytes, `payload ${seq - 1}`))).toBe(true);
        expect(await allEntries(audit, 1_199, 5_000)).toHaveLength(2);
        expect(await allEntries(audit, 5_000, 6_000)).toEqual([]);
      }));

    test("takes entries about itself between those of runs, and nothing after its end", () =>
      onFreshLog(make, async (store, reopen) => {
        const facts = [{ type: "key_rotated", reason: "scheduled" }];
        const seqs = await Promise.all([
          store.journal.append(aDraft(A, 1)),
          store.audit.appendLog({ ...AT, facts }),
          store.journal.append(aDraft(A, 2)),
        ]);
        expect(seqs.map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect(await store.audit.positions(null)).toEqual([0, 2]);
        await store.audit.appendLog({ ...AT, facts: [{ type: "log_ended", reason: "moved" }] });
        await nowAndLater(store, reopen, async (open) => {
          expect(await codeOf(open.journal.append(aDraft(A, 3)))).toBe("log_ended");
          expect(await codeOf(open.audit.appendLog({ ...AT, facts }))).toBe("log_ended");
        });
        await expectTree((await reopen()).audit, 5);
      }));

    test("keeps the first note of each signed head", () =>
      onFreshLog(make, async (store, reopen) => {
        await store.audit.putSignedHead(3, "three");
        await store.audit.putSignedHead(1, "one");
        await store.audit.putSignedHead(3, "three again");
        expect(await (await reopen()).audit.signedHead()).toEqual({ size: 3, note: "three" });
      }));
  });

  describe("an erasure", () => {
    test("takes payloads and salts, leaves every entry and the tree, and is in the log", () =>
      onFreshLog(make, async (store, reopen) => {
        const [secret, large, kept] = [
          aPayload(0, "secret"),
          aPayload(1, "large", new Uint8Array(70_000)),
          aPayload(2, "kept"),
        ];
        const lists = {
          approvals: [anApproval(A, "apr_a", { reason: "words" })],
          artifacts: [anArtifact(A, "a.md")],
          view: { reason: "words" },
        };
        await store.journal.append(aDraft(A, 1, { payloads: [secret, large, kept], ...lists }));
        await store.journal.append(
          aDraft(B, 1, {
            payloads: [aPayload(0, "other")],
            approvals: [anApproval(B, "apr_b")],
            artifacts: [anArtifact(B, "b.md")],
          }),
        );
        const before = await allEntries(store.audit);
        const named = [
          { seq: 1, commit: secret.commit },
          { seq: 1, commit: large.commit },
          { seq: 1, commit: secret.commit },
        ];
        expect(await store.audit.redact({ ...AT, reason: "erasure_request", payloads: named })).toEqual({ seq: 3 });

        await nowAndLater(store, reopen, async (open) => {
          const after = await allEntries(open.audit);
          expect(after.slice(0, 3).map(({ bytes }) => bytes)).toEqual(before.map(({ bytes }) => bytes));
          expect(parseStrict(after[3]?.bytes ?? "")).toHaveProperty("facts", [
            { type: "payload_redacted", reason: "erasure_request", payloads: named.slice(0, 2) },
          ]);
          await expectTree(open.audit, 4);
          expect(await open.audit.redacted()).toEqual(new Set([secret.commit, large.commit]));
          expect(await open.audit.redactedRuns()).toEqual([A]);
          for (const entry of [after[1], (await open.journal.read(A))[0]]) {
            expect(entry?.payloads.map(({ n, salt, bytes }) => [n, salt !== null, bytes !== null])).toEqual([
              [0, false, false],
              [1, false, false],
              [2, true, true],
            ]);
          }
          expect(after[2]?.payloads[0]?.bytes).not.toBeNull();
          expect(await open.views.run(A)).toMatchObject({
            goal: null,
            plan_hash: null,
            reason: null,
            status: "in_progress",
          });
          expect(await open.views.approval("apr_a")).toMatchObject({ title: null, reason: null, status: "waiting" });
          expect(await open.views.run(B)).toMatchObject({ goal: `goal of ${B}` });
          expect(await open.views.approval("apr_b")).toMatchObject({ title: "write notes/brief.md" });
          expect(await open.views.writtenPaths()).toEqual(new Set(["b.md"]));
        });
      }));

    test("refuses what the log does not have, or has no more, and then erases nothing", () =>
      onFreshLog(make, async (store) => {
        const [one, two] = [aPayload(0, "one"), aPayload(1, "two")];
        await store.journal.append(aDraft(A, 1, { payloads: [one, two] }));
        await store.journal.append(aDraft(B, 1));
        const redact = (...payloads: { seq: number; commit: string }[]): Promise<string> =>
          codeOf(store.audit.redact({ ...AT, reason: "other", payloads }));
        expect(await redact({ seq: 1, commit: one.commit }, { seq: 2, commit: two.commit })).toBe("payload_not_found");
        expect(await redact({ seq: 77, commit: one.commit })).toBe("payload_not_found");
        expect(await redact()).toBe("payload_not_found");
        expect((await store.journal.read(A))[0]?.payloads[0]?.bytes).not.toBeNull();
        expect(await redact({ seq: 1, commit: one.commit })).toBe("ok");
        expect(await redact({ seq: 1, commit: one.commit })).toBe("payload_not_found");
        expect((await store.audit.head()).size).toBe(4);
      }));

    test("of more payloads than one entry can name takes as many as it needs", () =>
      onFreshLog(make, async (store) => {
        const births = Array.from({ length: 6 }, (_, entry) =>
          Array.from({ length: 200 }, (_, n) => aPayload(n, `${entry}/${n}`)),
        );
        await Promise.all(births.map((payloads, index) => store.journal.append(aDraft(A, index + 1, { payloads }))));
        const named = births.flatMap((payloads, index) => payloads.map(({ commit }) => ({ seq: index + 1, commit })));
        expect(await store.audit.redact({ ...AT, reason: "retention", payloads: named })).toEqual({ seq: 9 });
        expect(await store.audit.positions(null)).toEqual([0, 7, 8, 9]);
        const entries = await allEntries(store.audit);
        expect(entries.slice(7).flatMap(({ bytes }) => erasedBy(bytes))).toEqual(named.map(({ commit }) => commit));
        expect(entries.flatMap(({ payloads }) => payloads).filter(({ bytes }) => bytes !== null)).toEqual([]);
        expect(entries.slice(1, 7).flatMap(({ bytes }) => birthsOf(bytes))).toHaveLength(1_200);
        await expectTree(store.audit, 10);
      }));
  });
}

export async function allEntries(
  audit: AuditLog,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const batch of audit.entries(from, to)) entries.push(...batch);
  return entries;
}

/** Holds head and tiles against a tree computed from the entries, by recursion as RFC 6962 defines it. */
export async function expectTree(audit: AuditLog, size: number): Promise<void> {
  const leaves = (await allEntries(audit)).map(({ bytes }) =>
    plainHasher.sha256(Buffer.concat([Buffer.of(0), Buffer.from(bytes)])),
  );
  const head = await audit.head();
  expect([head.size, leaves.length]).toEqual([size, size]);
  const frontier: Uint8Array[] = [];
  for (let from = 0, width = 2 ** 40; width >= 1; width /= 2) {
    if (from + width > size) continue;
    frontier.push(treeHash(leaves.slice(from, from + width)));
    from += width;
  }
  expect(head.frontier.map((node) => Buffer.from(node).toString("hex"))).toEqual(
    frontier.map((node) => Buffer.from(node).toString("hex")),
  );
  for (let index = 0; (index + 1) * 256 <= size; index += 1) {
    const tile = await audit.tile(0, index);
    expect(Buffer.from(tile ?? []).equals(Buffer.concat(leaves.slice(index * 256, (index + 1) * 256)))).toBe(true);
  }
}

function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const half = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return plainHasher.sha256(
    Buffer.concat([Buffer.of(1), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half))]),
  );
}

function sameBytes(bytes: Uint8Array | null | undefined, text: string): boolean {
  return Buffer.from(bytes ?? []).equals(Buffer.from(text));
}

/** Views equal entries: each run's row says the version of its last entry. */
export async function expectViewsFollow(store: Store, runs: readonly RunId[]): Promise<void> {
  for (const run of runs) {
    const last = (await store.journal.read(run)).at(-1);
    expect((await store.views.run(run))?.version).toBe(last?.version ?? undefined);
  }
}
