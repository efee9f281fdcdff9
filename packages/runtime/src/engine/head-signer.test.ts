import { MemoryLog } from "@writ/adapters/memory/log";
import { openMemoryStore } from "@writ/adapters/memory/store";
import { systemClock } from "@writ/adapters/system/clock";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { checkpointText, epochMs, isSignedBy, parseCheckpoint, writeNote } from "@writ/core";
import { testSigner } from "@writ/testkit/tamper/test-key";
import { expect, test } from "vitest";

import { HeadSigner } from "./head-signer.ts";

const LOG = "log_01m7xcc2g3pcfz3hmdpdpdksfy";
const ORIGIN = `writ.local/${LOG}`;
const ACTOR = { kind: "system", id: "writ" };

function opened(remembered: string | undefined) {
  const signer = testSigner(ORIGIN, "one");
  const log = new MemoryLog(nodeVerifier, {
    ...{ id: LOG, origin: ORIGIN, tenant: "local", key: signer.key.text, product: "writ/0.1.0", atMs: 1, actor: ACTOR },
    continues: null,
  });
  const store = openMemoryStore(log);
  const memory = { note: remembered };
  const head = new HeadSigner(
    store,
    nodeVerifier,
    signer,
    {
      recall: async () => memory.note,
      remember: async (note) => {
        memory.note = note;
      },
    },
    systemClock,
  );
  return { store, signer, memory, head };
}

function noteOf(size: number, root: Uint8Array): string {
  const { key, sign } = testSigner(ORIGIN, "one");
  const text = checkpointText(ORIGIN, { size, root }, epochMs(1));
  return writeNote(text, key, sign(text));
}

test("a log that is smaller than the remembered head, or another one, is not signed", async () => {
  const smaller = opened(noteOf(9, new Uint8Array(32)));
  await expect(smaller.head.checkpoint()).rejects.toMatchObject({ code: "log_rolled_back" });
  const forked = opened(noteOf(1, new Uint8Array(32)));
  await expect(forked.head.checkpoint()).rejects.toMatchObject({ code: "log_forked" });
  expect(await forked.store.audit.signedHead()).toBeNull();
});

test("no head is signed while the key changes, and the first one after it is signed by the new key", async () => {
  const { store, memory, head } = opened(undefined);
  const next = testSigner(ORIGIN, "two");
  const rotated = head.rotate(async () => {
    await store.audit.appendLog({ atMs: 2, actor: ACTOR, facts: [{ type: "noted" }] });
    await Promise.resolve();
    return next;
  });
  const asked = head.signed();
  const { note, size } = await rotated;
  await asked;
  expect(size).toBe(2);
  expect(isSignedBy(nodeVerifier, parseCheckpoint(nodeVerifier, note)?.note, next.key)).toBe(true);
  expect(memory.note).toBe(note);
  expect(head.key.text).toBe(next.key.text);
});

test("a rotation that fails leaves the key that was", async () => {
  const { signer, head } = opened(undefined);
  await expect(head.rotate(async () => await Promise.reject(new RangeError("no room")))).rejects.toThrow("no room");
  expect(head.key.text).toBe(signer.key.text);
  expect((await head.checkpoint()).size).toBe(1);
});

test("heads are signed at most ten times a second, and all who asked share the newest", async () => {
  const { store, memory, head } = opened(undefined);
  const startedAt = performance.now();
  const notes = new Set<string | undefined>();
  for (let entry = 0; entry < 12; entry += 1) {
    await store.audit.appendLog({ atMs: 2, actor: ACTOR, facts: [{ type: "noted" }] });
    void head.signed().then(() => notes.add(memory.note));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await head.signed();
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(notes.size).toBeGreaterThan(1);
  expect(notes.size).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1);
  expect(parseCheckpoint(nodeVerifier, memory.note)?.size).toBe(13);
});
