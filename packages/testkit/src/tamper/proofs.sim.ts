import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { readInclusion, writeInclusion } from "@writ/core/audit/inclusion-document";
import { fold } from "@writ/core/audit/merkle";
import { inclusionRanges } from "@writ/core/audit/proof";
import { rollbackOf } from "@writ/core/audit/rollback";
import { verifyReceipt } from "@writ/core/audit/verify";
import { isDigest, type Digest } from "@writ/core/base/digest";
import { utf8Bytes } from "@writ/core/base/utf8";
import { describe, expect, test } from "vitest";

import { asObjects, asText, objectOf } from "../vectors.ts";
import { signedHead, signerAt, treeOf } from "./honest-export.ts";
import { honestLog } from "./honest-log.ts";
import { honestReceipt } from "./honest-receipt.ts";
import { flipped } from "./flip.ts";

const log = honestLog(21, { entries: 150, rotation: 0.02, redaction: 0.02, lanes: 0.1 });
const size = log.entries.length;

/** Each binding with the last word on it. */
const bindings = new Map<Digest, string>();
for (const { bytes } of log.entries) {
  for (const { type, binding_hash: hash } of asObjects(objectOf(bytes)["facts"])) {
    if (isDigest(hash)) bindings.set(hash, asText(type));
  }
}

describe("receipts", () => {
  test("of all approvals verify and say what was decided", () => {
    let decided = 0;
    for (const [hash, last] of bindings) {
      const { errors, decision } = verifyReceipt(utf8Bytes(honestReceipt(log, hash)), nodeVerifier);
      expect(errors).toEqual([]);
      if (last === "approval_requested") expect(decision).toBeNull();
      else decided += decision === last ? 1 : 0;
    }
    expect(decided).toBeGreaterThan(5);
  });

  test("of a binding the log does not hold, or with an entry too many, are refused", () => {
    const [first, second] = [...bindings.keys()];
    if (first === undefined || second === undefined) throw new RangeError("the log holds two bindings");
    const text = honestReceipt(log, first);
    const other = utf8Bytes(
      text.replace(`"binding_hash":"${first}","checkpoint"`, `"binding_hash":"${second}","checkpoint"`),
    );
    const codes = verifyReceipt(other, nodeVerifier).errors.map(({ code }) => code);
    expect(codes).toContain("receipt_malformed");
    expect(codes).toContain("approval_missing");
  });

  test("with any byte changed are refused", { timeout: 3_600_000 }, () => {
    const [hash] = bindings.keys();
    const bytes = utf8Bytes(honestReceipt(log, hash ?? `sha256:${"0".repeat(64)}`));
    const step = process.env["WRIT_LONG"] === "1" ? 1 : 17;
    for (let at = 0; at < bytes.length; at += step) {
      const { exit } = verifyReceipt(flipped(bytes, at, 1 << (at % 7)), nodeVerifier);
      expect({ at, exit }).not.toEqual({ at, exit: 0 });
    }
  });
});

describe("inclusion proofs", () => {
  const { known } = treeOf(log);
  const { head, note } = signedHead(log, size);
  const { key } = signerAt(log, size);
  const proofOf = (seq: number): string => {
    const hashes = inclusionRanges(seq, size).map(
      ({ from, to }) => fold(nodeVerifier, known, from, to) ?? new Uint8Array(),
    );
    return writeInclusion({ log: log.log, seq, entry: log.entries[seq]?.bytes ?? "", head, note }, hashes);
  };

  test("of all entries hold", () => {
    for (let seq = 0; seq < size; seq += 1) {
      expect(readInclusion(nodeVerifier, proofOf(seq), key)).toMatchObject({ log: log.log, seq, head: { size } });
    }
  });

  test("hold no more with a byte changed, another key or another position", () => {
    const text = proofOf(7);
    const bytes = utf8Bytes(text);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = nodeVerifier.utf8(flipped(bytes, at, 1 << (at % 7)));
      expect({ at, read: changed === undefined ? undefined : readInclusion(nodeVerifier, changed, key) }).toEqual({
        at,
        read: undefined,
      });
    }
    expect(readInclusion(nodeVerifier, text, { ...key, id: "00000000" })).toBeUndefined();
    expect(readInclusion(nodeVerifier, text.replace('"seq":7,', '"seq":8,'), key)).toBeUndefined();
  });
});

describe("a log on open, compared with the head its signer remembers", () => {
  const seen = signedHead(log, 100).head;
  test("only grew", () => {
    expect(rollbackOf(seen, size, seen.root)).toBeUndefined();
  });
  test("was rolled back, or forked", () => {
    expect(rollbackOf(seen, 99, undefined)?.code).toBe("log_rolled_back");
    expect(rollbackOf(seen, size, signedHead(log, 99).head.root)?.code).toBe("log_forked");
  });
});
