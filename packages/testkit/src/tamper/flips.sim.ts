import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { readCover } from "@writ/core/audit/cover";
import type { Finding } from "@writ/core/audit/finding";
import { leafHash } from "@writ/core/audit/leaf";
import type { Audit } from "@writ/core/audit/platform";
import { verifyBundle } from "@writ/core/audit/verify";
import { linesOf, placeLines } from "@writ/core/audit/verify-entries";
import { checkManifest } from "@writ/core/audit/verify-files";
import { toHex } from "@writ/core/base/hex";
import { expect, test } from "vitest";

import { flipped, withFile } from "./flip.ts";
import { honestExport } from "./honest-export.ts";
import { honestLog } from "./honest-log.ts";

const isLong = process.env["WRIT_LONG"] === "1";
/** Every byte through the whole verifier is hundreds of thousands of bundles: hours, beside other loops. */
const LIMIT_MS = isLong ? 12 * 3_600_000 : 600_000;
const log = honestLog(256, { entries: 256, rotation: 0.01, redaction: 0.02, lanes: 0.1 });
const files = honestExport(log, { scope: { kind: "log" }, payloads: "included", since: 100 });
const bytesOf = (name: string): Uint8Array => files.get(name) ?? new Uint8Array();

/** What a change of a file must lead to, besides the file's own digest. */
const WANTED = {
  manifest: /^(manifest_(malformed|signature)|key_unknown|bundle_unsupported)$/,
  checkpoint: /^checkpoint_(malformed|signature|origin)$/,
  "entries.jsonl": /^entry_(leaf|extra|missing)$/,
  tree: /^tree_(malformed|root)$/,
  blobs: /^(blob_malformed|(payload|document)_[a-z]+)$/,
} as const;

/** `found` if the flip is found and blamed on its file, else what was said. */
function verdictOn(name: keyof typeof WANTED, at: number): unknown {
  const changed = withFile(files, name, flipped(bytesOf(name), at, 1 << (at % 8)));
  const { exit, errors } = verifyBundle(changed, nodeVerifier);
  const isBlamed = errors.some(({ code, file }) => file === name && WANTED[name].test(code));
  const isNewer = errors.length === 1 && errors[0]?.code === "bundle_unsupported";
  return isBlamed && exit === (isNewer ? 2 : 5) ? "found" : { name, at, exit, errors };
}

test("each byte of the checkpoint, changed by one bit, is found and located", { timeout: LIMIT_MS }, () => {
  const { length } = bytesOf("checkpoint");
  for (let at = 0; at < length; at += 1) expect(verdictOn("checkpoint", at)).toBe("found");
  process.stdout.write(`flips of checkpoint: ${length} of ${length} found\n`);
});

test("each byte of the manifest, changed by one bit, is found and located", { timeout: LIMIT_MS }, () => {
  const manifest = bytesOf("manifest");
  let whole = 0;
  for (let at = 0; at < manifest.length; at += 1) {
    const codes: string[] = [];
    checkManifest({ ...nodeVerifier, say: (code) => void codes.push(code) }, flipped(manifest, at, 1 << (at % 8)));
    expect({ at, codes }).toEqual({ at, codes: [expect.stringMatching(WANTED.manifest)] });
    if (at % 8 !== 0 && !isLong) continue;
    expect(verdictOn("manifest", at)).toBe("found");
    whole += 1;
  }
  process.stdout.write(
    `flips of manifest: ${manifest.length} of ${manifest.length} found, ${whole} through the whole verifier\n`,
  );
});

test("each byte of every eighth entry, changed by one bit, moves its leaf", { timeout: LIMIT_MS }, () => {
  const lines = linesOf(bytesOf("entries.jsonl")).slice(0, -1);
  const leafOf = (line: Uint8Array): string => toHex(leafHash(nodeVerifier, line));
  const leaves = lines.map(leafOf);
  const cover = readCover(Buffer.from(bytesOf("tree")).toString());
  if (typeof cover === "number") throw new TypeError("the honest tree has a bad line");
  const found: Finding[] = [];
  const audit: Audit = { ...nodeVerifier, say: (code, place = {}) => void found.push({ code, file: "", ...place }) };
  let flips = 0;
  for (let seq = 0; seq < lines.length; seq += isLong ? 1 : 8) {
    const line = lines[seq] ?? new Uint8Array();
    for (let at = 0; at < line.length; at += 1) {
      placeLines(audit, leaves.with(seq, leafOf(flipped(line, at, 1 << (at % 8)))), cover);
      flips += 1;
      const last = found.at(-1);
      if (found.length !== flips || last?.code !== "entry_leaf" || last.seq !== seq || last.line !== seq + 1) {
        expect({ at, found: found.slice(flips - 1) }).toEqual({
          at,
          found: [{ code: "entry_leaf", seq, line: seq + 1 }],
        });
      }
    }
  }
  let whole = 0;
  for (let at = 0; at < bytesOf("entries.jsonl").length; at += isLong ? 1 : 997) {
    expect(verdictOn("entries.jsonl", at)).toBe("found");
    whole += 1;
  }
  process.stdout.write(
    `flips of entries: ${flips} of ${flips} found and placed; ${whole} through the whole verifier\n`,
  );
  expect(flips).toBeGreaterThan(10_000);
});

test.each(["tree", "blobs"] as const)(
  "bytes of %s, changed by one bit, are found and located",
  { timeout: LIMIT_MS },
  (name) => {
    const { length } = bytesOf(name);
    const step = isLong ? 1 : Math.ceil(length / 150);
    let flips = 0;
    for (let at = 0; at < length; at += step) {
      expect(verdictOn(name, at)).toBe("found");
      flips += 1;
    }
    process.stdout.write(`flips of ${name}: ${flips} of ${flips} found\n`);
  },
);
