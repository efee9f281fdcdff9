import { generateKeyPairSync, sign } from "node:crypto";
import { checkpointText, epochMs, logKey, writeNote } from "@writ/core";
import { testHasher } from "@writ/testkit/build/hasher";
import { describe, expect, test } from "vitest";

import { leafOf, Tree, type Bytes, type HashOf } from "./tree.ts";
import { verifyLog, type VerifyAsk } from "./verify.ts";

const hash: HashOf = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const ORIGIN = "host/log_1";
const pair = generateKeyPairSync("ed25519");
const publicKey = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
const key = logKey(testHasher, ORIGIN, publicKey);
const entry = (seq: number, more = ""): string => `{"kind":"log","seq":${seq},"v":1}${more}`;

async function noteOf(texts: readonly string[]): Promise<{ readonly note: string; readonly root: Bytes }> {
  const tree = new Tree(hash);
  await tree.append(await Promise.all(texts.map((text) => leafOf(hash, new TextEncoder().encode(text)))));
  const root = (await tree.rootOf(texts.length)) ?? new Uint8Array();
  const text = checkpointText(ORIGIN, { size: texts.length, root }, epochMs(1_700_000_000_000));
  return { note: writeNote(text, key, sign(null, Buffer.from(text), pair.privateKey)), root };
}

async function verified(
  texts: readonly string[],
  served: readonly string[],
  seen: VerifyAsk["seen"] = null,
  noteText?: string,
) {
  const { note } = await noteOf(texts);
  const { finding } = await verifyLog(
    { note: noteText ?? note, key: key.text, seen },
    {
      hash,
      entries: async (from, limit) =>
        new TextEncoder().encode(
          served
            .slice(from, from + limit)
            .map((line) => `${line}\n`)
            .join(""),
        ),
      progress: () => undefined,
    },
  );
  return finding.result === "intact" ? `intact since ${finding.since}` : finding.what;
}

const LOG = Array.from({ length: 23 }, (_, seq) => entry(seq));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const KEY_NAME = `${key.name} ${key.id}`;

describe("the log, checked in a browser", () => {
  test("is intact, and goes on from the head that was seen", async () => {
    expect(await verified(LOG, LOG)).toBe("intact since null");
    const { root } = await noteOf(LOG.slice(0, 9));
    expect(await verified(LOG, LOG, { size: 9, root: hex(root), key: KEY_NAME })).toBe("intact since 9");
  });

  test("a changed byte, a cut, a swap, a doubled entry are found", async () => {
    const changed = LOG.with(4, entry(4, " "));
    expect(await verified(LOG, changed)).toContain("at least one was changed");
    expect(await verified(LOG, LOG.slice(0, 20))).toBe("Entry 20 is missing.");
    expect(await verified(LOG, LOG.toSpliced(3, 2, entry(4), entry(3)))).toBe("Entry 3 is another one's bytes.");
    expect(await verified(LOG, LOG.toSpliced(3, 0, entry(2)))).toBe("Entry 3 is another one's bytes.");
  });

  test("a log that shrank or was rewritten contradicts the head that was seen", async () => {
    const { root } = await noteOf([...LOG, entry(23)]);
    expect(await verified(LOG, LOG, { size: 24, root: hex(root), key: KEY_NAME })).toContain("The log shrank");
    const other = await noteOf(LOG.slice(0, 9).with(2, entry(2, " ")));
    expect(await verified(LOG, LOG, { size: 9, root: hex(other.root), key: KEY_NAME })).toContain("rewritten");
  });

  test("a head that another key signed, or that says another size, is none", async () => {
    const { note } = await noteOf(LOG);
    expect(await verified(LOG, LOG, null, note.replace("\n23\n", "\n22\n"))).toContain("not signed by the log's key");
    expect(await verified(LOG, LOG, null, "nonsense")).toContain("cannot be read");
  });
});
