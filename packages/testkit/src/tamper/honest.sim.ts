import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { verifyBundle } from "@writ/core/audit/verify";
import { utf8Bytes } from "@writ/core/base/utf8";
import { expect, test } from "vitest";

import { honestExport, signedHead } from "./honest-export.ts";
import { honestLog } from "./honest-log.ts";

const LOGS = process.env["WRIT_LONG"] === "1" ? 20_000 : 1_000;

test(`${LOGS} honest logs raise no alarm, whole and in part`, { timeout: 3_600_000 }, () => {
  const seen = {
    logs: 0,
    exports: 0,
    entries: 0,
    rotated: 0,
    redacted: 0,
    withheld: 0,
    partial: 0,
    connected: 0,
    lanes: 0,
  };
  for (let seed = 1; seed <= LOGS; seed += 1) {
    const log = honestLog(seed, { entries: 3 + (seed % 40), rotation: 0.05, redaction: 0.15, lanes: 0.1 });
    const since = 1 + (seed % log.entries.length);
    const run = log.runs[seed % Math.max(log.runs.length, 1)];
    const scope =
      seed % 2 === 0 && run !== undefined ? ({ kind: "run", run: run.id } as const) : ({ kind: "log" } as const);
    const payloads = seed % 7 === 0 ? "withheld" : "included";
    const trust = log.signers[seed % log.signers.length]?.signer.key.text;
    const hasNew = log.signers.every(({ seq }) => seq < log.entries.length);
    const lastSeen = utf8Bytes(signedHead(log, since).note);
    const result = verifyBundle(honestExport(log, { scope, payloads, since }), nodeVerifier, { trust, lastSeen });
    expect({ seed, errors: result.errors }).toEqual({ seed, errors: [] });
    expect(hasNew && result.key_pinned).toBe(true);
    seen.logs += 1;
    seen.exports += 1;
    seen.entries += result.entries;
    seen.rotated += log.signers.length > 1 ? 1 : 0;
    seen.redacted += result.payloads_redacted > 0 ? 1 : 0;
    seen.withheld += result.payloads_withheld > 0 ? 1 : 0;
    seen.partial += scope.kind === "run" ? 1 : 0;
    seen.connected += since < log.entries.length ? 1 : 0;
    seen.lanes += log.entries.some(({ bytes }) => bytes.includes('"root":"run_')) ? 1 : 0;
  }
  process.stdout.write(`honest logs: ${JSON.stringify(seen)}\n`);
  expect(seen.rotated).toBeGreaterThan(LOGS / 5);
  expect(seen.redacted).toBeGreaterThan(LOGS / 10);
  expect(seen.withheld).toBeGreaterThan(LOGS / 10);
  expect(seen.partial).toBeGreaterThan(LOGS / 3);
  expect(seen.lanes).toBeGreaterThan(LOGS / 10);
});
