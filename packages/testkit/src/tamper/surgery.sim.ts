import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { payloadFrames } from "@writ/core/audit/export";
import { writeFrames } from "@writ/core/audit/frame";
import { checkpointText } from "@writ/core/audit/checkpoint";
import { manifestText, listFiles, type BundleFiles } from "@writ/core/audit/manifest";
import { rootOf } from "@writ/core/audit/merkle";
import { writeNote } from "@writ/core/audit/note";
import { verifyBundle, type VerifyOptions } from "@writ/core/audit/verify";
import { linesOf } from "@writ/core/audit/verify-entries";
import { concatBytes } from "@writ/core/base/bytes";
import { commitment } from "@writ/core/base/digest";
import { epochMs } from "@writ/core/base/time";
import { utf8Bytes } from "@writ/core/base/utf8";
import { describe, expect, test } from "vitest";

import { withoutFrame } from "../bundle-vector.ts";
import { withFile } from "./flip.ts";
import { honestExport, signedHead, signerAt, treeOf } from "./honest-export.ts";
import { honestLog, type HonestLog } from "./honest-log.ts";
import { testSigner, type TestSigner } from "./test-key.ts";

const log = honestLog(64, { entries: 64, rotation: 0.02, redaction: 0, lanes: 0.1 });
const size = log.entries.length;
const whole = { scope: { kind: "log" }, payloads: "included", since: 0 } as const;
const files = honestExport(log, whole);
const lines = linesOf(files.get("entries.jsonl") ?? new Uint8Array()).slice(0, -1);
const trust = log.signers[0]?.signer.key.text;

/** The bundle with other entries, and a manifest that lists them, signed by the log's own key. */
function withLines(edited: readonly Uint8Array[]): BundleFiles {
  const text = concatBytes(...edited.flatMap((line) => [line, Uint8Array.of(10)]));
  return resigned(withFile(files, "entries.jsonl", text), signerAt(log, size), edited.length);
}

function resigned(edited: BundleFiles, { key, sign }: TestSigner, entries = size, of: HonestLog = log): BundleFiles {
  const { log: id, origin, tenant } = of;
  const scope = { kind: "log" } as const;
  const rest = { createdAt: of.now, by: "writ/0.1.0", files: listFiles(nodeVerifier, edited) };
  const text = manifestText({
    log: id,
    origin,
    tenant,
    key: key.text,
    scope,
    size,
    entries,
    payloads: "included",
    ...rest,
  });
  return withFile(edited, "manifest", utf8Bytes(writeNote(text, key, sign(text))));
}

function codesOf(edited: BundleFiles, options: VerifyOptions = {}) {
  const { exit, errors } = verifyBundle(edited, nodeVerifier, options);
  return {
    exit,
    errors,
    first: errors.slice(0, 1).map(({ code, seq, line }) => ({
      code,
      ...(seq === undefined ? {} : { seq }),
      ...(line === undefined ? {} : { line }),
    }))[0],
  };
}

describe("entries, though the manifest lists them and is signed by the right key", () => {
  test("cut at the end are missing", () => {
    for (let kept = 1; kept < size; kept += 1) {
      const { exit, errors } = codesOf(withLines(lines.slice(0, kept)));
      const missing = errors.filter(({ code }) => code === "entry_missing").map(({ seq }) => seq);
      expect({ exit, missing }).toEqual({ exit: 5, missing: lines.slice(kept).map((_, at) => kept + at) });
    }
  });

  test("dropped one by one are missing where they were", () => {
    for (let seq = 0; seq < size; seq += 1) {
      expect(codesOf(withLines(lines.toSpliced(seq, 1)))).toMatchObject({
        exit: 5,
        first: { code: "entry_missing", seq },
      });
    }
  });

  test("swapped are out of order where they stand", () => {
    for (let seq = 1; seq < size; seq += 1) {
      const [before, here] = [lines[seq - 1], lines[seq]];
      if (before === undefined || here === undefined) continue;
      const swapped = lines.with(seq - 1, here).with(seq, before);
      expect(codesOf(withLines(swapped))).toMatchObject({
        exit: 5,
        first: { code: "entry_order", seq: seq - 1, line: seq + 1 },
      });
    }
  });

  test("doubled are extra", () => {
    for (let seq = 0; seq < size; seq += 1) {
      const doubled = lines.toSpliced(seq, 0, lines[seq] ?? new Uint8Array());
      expect(codesOf(withLines(doubled))).toMatchObject({ exit: 5, first: { code: "entry_extra", line: seq + 2 } });
    }
  });

  test("in reverse are out of order", () => {
    const { exit, errors } = codesOf(withLines(lines.toReversed()));
    expect(exit).toBe(5);
    expect(errors.filter(({ code }) => code === "entry_order").map(({ seq }) => seq)).toEqual(
      lines.map((_, at) => size - 2 - at).slice(0, -1),
    );
  });
});

describe("payloads", () => {
  test("exchanged between two births are found where they were born", () => {
    const [a, b] = log.entries.filter(({ payloads }) => payloads.length > 0).map(({ seq }) => seq);
    const exchanged: HonestLog = {
      ...log,
      entries: log.entries.map((entry) => {
        const other = entry.seq === a ? b : entry.seq === b ? a : undefined;
        const given = log.entries[other ?? -1]?.payloads;
        return given === undefined ? entry : { ...entry, payloads: given };
      }),
    };
    const { exit, errors } = codesOf(honestExport(exchanged, whole));
    expect(exit).toBe(5);
    const wrong = errors.filter(({ code }) => code === "payload_commitment").map(({ seq }) => seq);
    expect(new Set(wrong)).toEqual(new Set([a, b]));
  });

  test("replaced together with their commitment are not those that were born", () => {
    const seq = log.entries.findIndex(({ payloads }) => payloads.length > 0);
    const [bytes, salt] = [utf8Bytes('{"text":"something else"}'), new Uint8Array(32)];
    const frames = payloadFrames(log.entries).map((frame) =>
      frame.seq === seq && frame.n === 0
        ? { ...frame, bytes, salt, commit: commitment(nodeVerifier, salt, bytes) }
        : frame,
    );
    const documents = [...log.documents].map(([digest, text]) => ({
      digest: `sha256:${digest.slice(7)}` as const,
      bytes: utf8Bytes(text),
    }));
    const replaced = withFile(files, "blobs", writeFrames(frames, documents));
    const { exit, errors } = codesOf(resigned(replaced, signerAt(log, size)));
    expect({ exit, found: errors.map(({ code, seq: at }) => ({ code, at })) }).toEqual({
      exit: 5,
      found: [{ code: "payload_commitment", at: seq }],
    });
  });

  test("left out one by one are missing where they were born", () => {
    let dropped = 0;
    for (const [index, birth] of log.entries.flatMap(({ seq, payloads }) => payloads.map(() => seq)).entries()) {
      const fewer = withFile(files, "blobs", withoutFrame(files.get("blobs") ?? new Uint8Array(), index));
      const { exit, errors } = codesOf(resigned(fewer, signerAt(log, size)));
      expect({ exit, codes: errors.map(({ code, seq }) => ({ code, seq })) }).toEqual({
        exit: 5,
        codes: [{ code: "payload_missing", seq: birth }],
      });
      dropped += 1;
    }
    expect(dropped).toBeGreaterThan(20);
  });

  test("that come back after they were erased are found", () => {
    const erased = honestLog(9, { entries: 80, rotation: 0, redaction: 0.3, lanes: 0 });
    const back = honestLog(9, { entries: 80, rotation: 0, redaction: 0.3, lanes: 0 });
    const gone = erased.entries.flatMap(({ seq, payloads }) =>
      payloads.filter(({ bytes }) => bytes === null).map(() => seq),
    );
    expect(gone.length).toBeGreaterThan(3);
    const salt = new Uint8Array(32);
    const revived = back.entries.map((entry) => ({
      ...entry,
      payloads: entry.payloads.map(({ n, bytes, salt: own }) => ({ n, salt: own ?? salt, bytes: bytes ?? salt })),
    }));
    const { exit, errors } = codesOf(honestExport({ ...back, entries: revived }, whole));
    expect(exit).toBe(5);
    expect(
      errors
        .filter(({ code }) => code === "payload_resurrected")
        .map(({ seq }) => seq)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(gone.toSorted((a, b) => a - b));
  });

  test("withheld are missing for those who require them", () => {
    const bare = honestExport(log, { ...whole, payloads: "withheld" });
    expect(codesOf(bare).exit).toBe(0);
    expect(codesOf(bare, { requirePayloads: true })).toMatchObject({ exit: 5, first: { code: "payload_missing" } });
  });
});

describe("heads", () => {
  test("of a log that was shorter do not cover newer entries", () => {
    const older = signedHead(log, size - 5).note;
    const { exit, errors } = codesOf(resigned(withFile(files, "checkpoint", utf8Bytes(older)), signerAt(log, size)));
    expect(exit).toBe(5);
    expect(errors).toContainEqual({ code: "tree_root", file: "tree" });
  });

  test("of another log are of another origin", () => {
    const other = honestLog(65, { entries: 64, rotation: 0, redaction: 0, lanes: 0 });
    const foreign = utf8Bytes(signedHead(other, 64).note);
    const { exit, errors } = codesOf(resigned(withFile(files, "checkpoint", foreign), signerAt(log, size)));
    expect(exit).toBe(5);
    expect(errors).toContainEqual({ code: "checkpoint_origin", file: "checkpoint" });
    expect(errors).toContainEqual({ code: "tree_root", file: "tree" });
  });

  test("signed by anybody else are refused", () => {
    const thief = testSigner(log.origin, "a thief");
    const head = { size, root: rootOf(nodeVerifier, treeOf(log).leaves) };
    const text = checkpointText(log.origin, head, epochMs(log.now));
    const forged = withFile(files, "checkpoint", utf8Bytes(writeNote(text, thief.key, thief.sign(text))));
    const { exit, errors } = codesOf(resigned(forged, thief));
    expect(exit).toBe(5);
    expect(errors).toContainEqual({ code: "checkpoint_signature", file: "checkpoint" });
    expect(errors).toContainEqual({ code: "manifest_mismatch", file: "manifest", field: "/key" });
  });

  test("show that a whole log was exchanged, to those who trust a key or remember a head", () => {
    const thief = honestLog(66, { entries: 64, rotation: 0, redaction: 0, lanes: 0 });
    const forged = honestExport(thief, whole);
    expect(codesOf(forged).exit).toBe(0);
    expect(codesOf(forged, { trust })).toMatchObject({ exit: 5, first: { code: "key_not_trusted" } });
    expect(codesOf(forged, { lastSeen: utf8Bytes(signedHead(log, 20).note) })).toMatchObject({
      exit: 2,
      first: { code: "last_seen_malformed" },
    });
  });

  test("remembered show a log that was set back, and one that was written anew", () => {
    const short: HonestLog = { ...log, entries: log.entries.slice(0, 30) };
    const remembered = utf8Bytes(signedHead(log, size).note);
    const signers = log.signers.filter(({ seq }) => seq < 30);
    const back = codesOf(honestExport({ ...short, signers }, whole), { lastSeen: remembered });
    expect(back.exit).toBe(5);
    expect(["rolled_back", "last_seen_signature"]).toContain(back.errors[0]?.code);
    const forked = utf8Bytes(
      signedHead(
        { ...log, entries: log.entries.with(10, log.entries[11] ?? log.entries[0] ?? short.entries[0] ?? never()) },
        40,
      ).note,
    );
    expect(codesOf(files, { lastSeen: forked })).toMatchObject({ exit: 5, first: { code: "consistency_failed" } });
  });
});

function never(): never {
  throw new RangeError("the log is empty");
}
