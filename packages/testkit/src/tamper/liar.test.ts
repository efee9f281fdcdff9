import { nodeHasher } from "@writ/adapters/system/sha256";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { rotationText } from "@writ/core/audit/checkpoint";
import { exitOf } from "@writ/core/audit/exit";
import { FINDINGS, type FindingCode } from "@writ/core/audit/finding";
import { verifyBundle, type VerifyOptions } from "@writ/core/audit/verify";
import type { BundleFiles } from "@writ/core/audit/manifest";
import { commitment, digestOf } from "@writ/core/base/digest";
import { canonicalJson, type Json, type JsonObject } from "@writ/core/base/json";
import { utf8Bytes } from "@writ/core/base/utf8";
import { describe, expect, test } from "vitest";

import { withoutFrame } from "../bundle-vector.ts";
import { asObject, asObjects, asText, objectOf } from "../vectors.ts";
import { withFile } from "./flip.ts";
import { honestExport, resignedExport, signedHead } from "./honest-export.ts";
import { honestLog, type HonestLog } from "./honest-log.ts";
import type { TestSigner } from "./test-key.ts";
import { findFact, withEntry, withFact, type Found } from "./liar.ts";

const whole = { scope: { kind: "log" }, payloads: "included", since: 0 } as const;
const log = honestLog(11, { entries: 220, rotation: 0.02, redaction: 0.02, lanes: 0.1 });
const size = log.entries.length;
const DIGEST = `sha256:${"7".repeat(64)}`;
const caught = new Set<FindingCode>();

const underApproval = (found: Found): boolean => asObject(found.fact["authority"])["approval"] !== undefined;
const isThere = (commit: unknown): boolean =>
  log.entries.some(
    ({ bytes, payloads }) =>
      bytes.includes(`"$bytes":`) && bytes.includes(String(commit)) && payloads.every((each) => each.bytes !== null),
  );

/** `found` if the verifier says so of what the author of the log exports, else all that it says. */
function verdictOn(
  code: FindingCode,
  files: BundleFiles,
  place: Readonly<Record<string, unknown>> = {},
  options: VerifyOptions = {},
): unknown {
  const { exit, errors } = verifyBundle(files, nodeVerifier, options);
  for (const error of errors) caught.add(error.code);
  const isThere = errors.some((error) => isSubset({ code, ...place }, error));
  return isThere && exit === exitOf(errors.map((error) => error.code)) ? "found" : { exit, errors };
}

function isSubset(part: Readonly<Record<string, unknown>>, whole: object): boolean {
  const members = new Map<string, unknown>(Object.entries(whole));
  return Object.entries(part).every(([name, value]) => members.get(name) === value);
}

const exported = (lie: HonestLog): BundleFiles => honestExport(lie, whole);

function lieAbout(
  type: string,
  members: Readonly<Record<string, Json | undefined>>,
  isWanted?: (found: Found) => boolean,
) {
  const found = findFact(log, type, isWanted);
  return { files: exported(withFact(log, found, members)), seq: found.seq };
}

test("the log tells no lies yet, and shows all that is lied about below", () => {
  expect(verifyBundle(exported(log), nodeVerifier).errors).toEqual([]);
});

describe("a log that lies about itself", () => {
  test.each<[FindingCode, string, Readonly<Record<string, Json | undefined>>]>([
    ["log_start", "log_started", { origin: "writ.local/log_01m7xcc2g3b93rthtjgbd2xt23" }],
    ["log_start", "log_started", { tenant: undefined }],
    ["log_start", "log_started", { type: "log_began" }],
    ["key_unknown", "log_started", { key: "no key" }],
    ["key_unknown", "key_rotated", { new_key: "no key" }],
    ["key_rotation", "key_rotated", { old_key: "another" }],
    ["key_rotation", "key_rotated", { old_signature: Buffer.alloc(64).toString("base64") }],
    ["key_rotation", "key_rotated", { new_signature: "no base64" }],
    ["key_rotation", "key_rotated", { new_signature: Buffer.alloc(64).toString("base64") }],
    ["redaction_invalid", "payload_redacted", { reason: "because" }],
    ["redaction_invalid", "payload_redacted", { payloads: [{ seq: 1, commit: "0".repeat(64) }] }],
  ])("%s in %s with %o", (code, type, members) => {
    const { files, seq } = lieAbout(type, members);
    expect(verdictOn(code, files, { seq })).toBe("found");
  });

  test("log_start: a second start, and an entry of another log", () => {
    const found = findFact(log, "key_rotated");
    const again = {
      type: "log_started",
      origin: log.origin,
      tenant: log.tenant,
      key: log.signers[0]?.signer.key.text ?? "",
    };
    expect(verdictOn("log_start", exported(withFact(log, found, again)), { seq: found.seq })).toBe("found");
    expect(
      verdictOn("log_start", exported(withEntry(log, 5, { log: "log_01m7xcc2g3b93rthtjgbd2xt23" })), {
        seq: 5,
        field: "/log",
      }),
    ).toBe("found");
  });

  test("key_rotation: both keys sign, but it is not the key in force that gives way", () => {
    const found = findFact(log, "key_rotated");
    const text = rotationText(log.origin, found.seq, "another", asText(found.fact["new_key"]));
    const [old, next] = log.signers;
    const sign = (by: TestSigner | undefined): string => Buffer.from(by?.sign(text) ?? []).toString("base64");
    const members = { old_key: "another", old_signature: sign(old?.signer), new_signature: sign(next?.signer) };
    expect(verdictOn("key_rotation", exported(withFact(log, found, members)), { seq: found.seq })).toBe("found");
  });

  test("log_end: entries behind the end", () => {
    const found = findFact(log, "payload_redacted");
    const files = exported(withFact(log, found, { type: "log_ended", reason: "moved", payloads: undefined }));
    expect(verdictOn("log_end", files, { seq: found.seq })).toBe("found");
  });

  test("redaction_invalid: erased before the run ended", () => {
    const found = findFact(log, "payload_redacted");
    const [first] = asObjects(found.fact["payloads"]);
    const run = log.entries[Number(first?.["seq"])]?.run;
    const end = findFact(log, "run_ended", ({ entry }) => entry["run"] === run);
    const files = exported(withFact(log, end, { type: "run_paused", record_hash: undefined }));
    expect(verdictOn("redaction_invalid", files, { seq: found.seq })).toBe("found");
  });
});

describe("a run that lies", () => {
  test.each<[FindingCode, string, Readonly<Record<string, Json | undefined>>, ((found: Found) => boolean)?]>([
    ["run_start", "run_started", { tenant: "another" }],
    ["run_start", "run_started", { pins: {} }],
    ["run_start", "run_started", { type: "run_began" }],
    [
      "run_after_end",
      "verdict_rendered",
      { type: "run_ended", record_hash: DIGEST },
      ({ entry }) => asObjects(entry["facts"]).length === 3,
    ],
    ["plan_binding", "plan_verified", { plan_id: "plan_01m7xcc2g3b93rthtjgbd2xt23" }],
    ["plan_binding", "plan_verified", { plan_commit: "0".repeat(64) }],
    [
      "plan_binding",
      "plan_verified",
      { type: "plan_rejected" },
      ({ entry }) => entry["version"] === 2 && entry["run"] === findFact(log, "step_started").entry["run"],
    ],
    ["approval_binding", "approval_requested", { binding_hash: DIGEST }],
    ["approval_binding", "approval_requested", { step: "another" }],
    ["approval_binding", "approval_requested", { preview: { $commit: "0".repeat(64) } }],
    ["approval_binding", "approval_requested", { evidence: [] }],
    ["approval_binding", "approval_requested", { binding: {} }],
    ["approval_binding", "approval_granted", { binding_hash: DIGEST }],
    ["approval_binding", "approval_granted", { step: "another" }],
    ["approval_binding", "step_started", { tool: "files.delete" }, underApproval],
    ["approval_binding", "step_started", { step: "another" }, underApproval],
    ["approval_binding", "step_started", { idempotency_key: "ik_0000000000000000" }, underApproval],
    ["approval_missing", "step_started", { authority: { approval: "apr_0", binding_hash: DIGEST } }],
    ["approval_missing", "step_started", { authority: { rules: [] } }],
    ["approval_missing", "step_started", { authority: { rules: ["standing:apr_0"] }, root: undefined }],
    ["approval_missing", "approval_granted", { approval: "apr_0" }],
    ["approval_missing", "approval_granted", { type: "approval_denied" }],
    [
      "approval_signature",
      "approval_granted",
      {
        signature: {
          alg: "ed25519",
          key: Buffer.alloc(32, 1).toString("base64"),
          sig: Buffer.alloc(64).toString("base64"),
        },
      },
    ],
    ["approval_signature", "approval_granted", { signature: "mine" }],
    [
      "idempotency_key",
      "step_started",
      { idempotency_key: "ik_0000000000000000" },
      ({ fact }) => isThere(asObject(fact["args"])["$commit"]) && asObject(fact["authority"])["approval"] === undefined,
    ],
    ["record_mismatch", "run_ended", { outcome: "failed" }],
    ["record_mismatch", "run_ended", { record_id: "dr_01m7xcc2hdas0hv5f03wbxdj4h" }],
    ["record_mismatch", "run_ended", { record_hash: "none" }],
    ["document_missing", "run_ended", { record_hash: DIGEST }],
    ["document_missing", "verdict_rendered", { plain_hash: DIGEST }],
    ["payload_reference", "attempt_returned", { output: { $commit: "0".repeat(64) } }],
    ["payload_reference", "attempt_returned", { output: { $commit: "short" } }],
    ["payload_reference", "attempt_returned", { output: { $comit: "0".repeat(64) } }],
    ["payload_reference", "attempt_returned", { output: { $as: "json", $bytes: -1, $commit: "0".repeat(64) } }],
  ])("%s in %s with %o", (code, type, members, isWanted) => {
    const { files } = lieAbout(type, members, isWanted);
    expect(verdictOn(code, files)).toBe("found");
  });

  test("approval_actor: granted by a system or an agent", () => {
    for (const kind of ["system", "agent", "service", "automation"]) {
      const { seq } = findFact(log, "approval_granted");
      expect(verdictOn("approval_actor", exported(withEntry(log, seq, { actor: { kind, id: "x" } })), { seq })).toBe(
        "found",
      );
    }
  });

  test("approval_expired: granted too late, and started too late", () => {
    const late = 2 ** 50;
    for (const [type, isWanted] of [
      ["approval_granted", undefined],
      ["step_started", underApproval],
    ] as const) {
      const { seq } = findFact(log, type, isWanted);
      expect(verdictOn("approval_expired", exported(withEntry(log, seq, { at_ms: late })), { seq })).toBe("found");
    }
  });

  test("approval_reused: another call under the same grant, and a grant after a denial", () => {
    const second = findFact(log, "step_started", (found) => underApproval(found) && found.fact["attempt"] === 2);
    expect(verdictOn("approval_reused", exported(withFact(log, second, { attempt: 3 })), { seq: second.seq })).toBe(
      "found",
    );
    expect(
      verdictOn("approval_reused", exported(withFact(log, second, { tool_call: "tc_0" })), { seq: second.seq }),
    ).toBe("found");
    const granted = findFact(log, "approval_granted");
    const twice = withEntry(log, granted.seq, { facts: [{ ...granted.fact, type: "approval_denied" }, granted.fact] });
    expect(verdictOn("approval_reused", exported(twice), { seq: granted.seq })).toBe("found");
  });

  test("run_gap: a version left out, and time that runs backwards", () => {
    const { seq, entry } = findFact(log, "plan_verified");
    expect(verdictOn("run_gap", exported(withEntry(log, seq, { version: 9 })), { seq })).toBe("found");
    expect(verdictOn("run_gap", exported(withEntry(log, seq, { at_ms: 0 })), { seq })).toBe("found");
    expect(entry["version"]).toBe(2);
  });

  test("payload_reference: a value of another run, and one born twice", () => {
    const [a, b] = ["first", "second"]
      .map((_, at) => log.runs[at]?.id)
      .map((run) => findFact(log, "run_started", ({ entry }) => entry["run"] === run));
    if (a === undefined || b === undefined) throw new RangeError("the log has two runs");
    expect(
      verdictOn("payload_reference", exported(withFact(log, b, { goal: asObject(a.fact["goal"]) })), { seq: b.seq }),
    ).toBe("found");
    const input: JsonObject = { ...asObject(b.entry["input"]), goal: asObject(asObject(a.entry["input"])["goal"]) };
    expect(
      verdictOn("payload_reference", exported(withEntry(log, b.seq, { input })), {
        seq: b.seq,
        field: "/input/goal",
      }),
    ).toBe("found");
  });

  test("payload_malformed: JSON that is not canonical, and a length that is not so", () => {
    const found = findFact(log, "attempt_returned", ({ fact }) => isThere(asObject(fact["output"])["$commit"]));
    const output = asObject(asObject(found.entry["input"])["output"]);
    for (const other of [
      { ...output, $bytes: 7 },
      { ...output, $as: "text", $bytes: 1 },
    ]) {
      const input: JsonObject = { ...asObject(found.entry["input"]), output: other };
      expect(
        verdictOn("payload_malformed", exported(withEntry(log, found.seq, { input })), {
          seq: found.seq,
          field: "/input/output",
        }),
      ).toBe("found");
    }
    const bytes = findFact(log, "run_started", ({ entry }) =>
      isThere(asObject(asObject(entry["input"])["key_secret"])["$commit"]),
    );
    const secret = asObject(asObject(bytes.entry["input"])["key_secret"]);
    const input: JsonObject = { ...asObject(bytes.entry["input"]), key_secret: { ...secret, $as: "json" } };
    expect(verdictOn("payload_malformed", exported(withEntry(log, bytes.seq, { input })), { seq: bytes.seq })).toBe(
      "found",
    );
  });

  test("plan_hash: a plan that says another hash than its own", () => {
    const { seq, fact } = findFact(log, "plan_proposed", (found) => isThere(asObject(found.fact["plan"])["$commit"]));
    const commit = asText(asObject(fact["plan"])["$commit"]);
    const [plan] = log.entries[seq]?.payloads ?? [];
    const lie = Buffer.from(
      Buffer.from(plan?.bytes ?? [])
        .toString()
        .replace(/"plan_hash":"sha256:[0-9a-f]{64}"/, `"plan_hash":"${DIGEST}"`),
    );
    const other = commitment(nodeHasher, plan?.salt ?? new Uint8Array(), lie);
    const entries = log.entries.map((entry) => ({
      ...entry,
      bytes: entry.bytes.replaceAll(commit, other),
      payloads:
        entry.seq === seq
          ? entry.payloads.map((each) => (each.n === 0 ? { ...each, bytes: lie } : each))
          : entry.payloads,
    }));
    expect(verdictOn("plan_hash", exported({ ...log, entries }), { seq })).toBe("found");
  });

  test("document_digest and document_unreferenced: a document that is not itself, and one nobody names", () => {
    const [digest = "", text = ""] = [...log.documents].at(-1) ?? [];
    const other = new Map([...log.documents, [digest, text.replace("{", "{ ")]]);
    expect(verdictOn("document_digest", exported({ ...log, documents: other }))).toBe("found");
    const files = exported(log);
    const extra = canonicalJson({ type: "writ/stray/v1" });
    const frame = utf8Bytes(`d ${digestOf(nodeHasher, { type: "writ/stray/v1" })} ${extra.length}\n${extra}\n`);
    const blobs = Buffer.concat([Buffer.from(files.get("blobs") ?? []), frame]);
    expect(verdictOn("document_unreferenced", resignedExport(log, withFile(files, "blobs", blobs)))).toBe("found");
  });

  test("payload_unreferenced and blob_malformed: a frame nobody bore, and bytes that are no frame", () => {
    const files = exported(log);
    const blobs = Buffer.from(files.get("blobs") ?? []);
    const stray = utf8Bytes(`p 0 0 ${"0".repeat(64)} ${"0".repeat(64)} 0\n\n`);
    expect(
      verdictOn("payload_unreferenced", resignedExport(log, withFile(files, "blobs", Buffer.concat([stray, blobs]))), {
        detail: "0 0",
      }),
    ).toBe("found");
    const torn = Buffer.concat([blobs.subarray(0, 20), Buffer.from("\n"), blobs]);
    expect(verdictOn("blob_malformed", resignedExport(log, withFile(files, "blobs", torn)), { detail: "byte 0" })).toBe(
      "found",
    );
    const { errors } = verifyBundle(resignedExport(log, withFile(files, "blobs", torn)), nodeVerifier);
    expect(errors).toHaveLength(1);
  });
});

describe("frames that stand in another order", () => {
  test("blob_malformed: two payloads exchanged, frames and all", () => {
    const files = exported(log);
    const blobs = Buffer.from(files.get("blobs") ?? []);
    const rest = Buffer.from(withoutFrame(blobs, 0));
    const first = blobs.subarray(0, blobs.length - rest.length);
    const second = rest.subarray(0, rest.length - withoutFrame(rest, 0).length);
    const swapped = Buffer.concat([second, first, rest.subarray(second.length)]);
    const lie = resignedExport(log, withFile(files, "blobs", swapped));
    expect(verdictOn("blob_malformed", lie, { detail: `byte ${second.length}` })).toBe("found");
    expect(verifyBundle(lie, nodeVerifier).errors).toHaveLength(1);
  });
});

describe("an export that lies", () => {
  const files = exported(log);
  const [line = ""] = Buffer.from(files.get("manifest") ?? [])
    .toString()
    .split("\n");
  const manifest = objectOf(line);

  test.each<[FindingCode, Readonly<Record<string, Json>>]>([
    ["manifest_mismatch", { entries: 3 }],
    ["manifest_mismatch", { size: 3 }],
    ["manifest_mismatch", { tenant: "another" }],
    ["manifest_mismatch", { scope: { kind: "run", run: log.runs[0]?.id ?? "" } }],
    ["manifest_mismatch", { payloads: "withheld" }],
    ["manifest_malformed", { note: "a member too many" }],
    ["bundle_unsupported", { type: "writ/bundle/v2" }],
  ])("%s with %o", (code, members) => {
    const lie = resignedExport(log, files, canonicalJson({ ...manifest, ...members }));
    expect(verdictOn(code, lie, { file: "manifest" })).toBe("found");
  });

  test("a file that lists a file it lacks, and lacks one it lists", () => {
    const fewer = new Map(files);
    fewer.delete("report.md");
    expect(verdictOn("file_missing", fewer, { file: "report.md" })).toBe("found");
    expect(verdictOn("file_unexpected", withFile(files, "notes.txt", utf8Bytes("x")), { file: "notes.txt" })).toBe(
      "found",
    );
    expect(verdictOn("file_digest", withFile(files, "report.md", utf8Bytes("x")), { file: "report.md" })).toBe("found");
    expect(verdictOn("bundle_not_found", new Map([["notes.txt", utf8Bytes("x")]]))).toBe("found");
  });

  test("about its replay", () => {
    const claim = objectOf(Buffer.from(files.get("replay.json") ?? []));
    const [first, ...others] = asObjects(claim["runs"]);
    const withRuns = (runs: readonly Json[], by: Json = "x"): BundleFiles =>
      resignedExport(log, withFile(files, "replay.json", utf8Bytes(`${canonicalJson({ ...claim, by, runs })}\n`)));
    expect(verdictOn("replay_mismatch", withRuns([{ ...first, facts: 99 }, ...others]), { field: "/runs/0" })).toBe(
      "found",
    );
    expect(
      verdictOn("replay_mismatch", withRuns([{ ...first, record_hash: DIGEST }, ...others]), { field: "/runs/0" }),
    ).toBe("found");
    expect(
      verdictOn("replay_different", withRuns([{ ...first, result: "different" }, ...others]), { field: "/runs/0" }),
    ).toBe("found");
    expect(
      verdictOn("replay_malformed", withRuns([{ ...first, result: "constructor" }, ...others]), { field: "/runs/0" }),
    ).toBe("found");
    expect(verdictOn("replay_malformed", withRuns([...others, { ...first }]))).toBe("found");
    expect(verdictOn("replay_malformed", withRuns([], 7))).toBe("found");
  });

  test("about what was seen before", () => {
    const older = signedHead(log, 40);
    const proven = honestExport(log, { ...whole, since: 40 });
    const proof = Buffer.from(proven.get("consistency.json") ?? []).toString();
    for (const other of [
      proof.replace(/"hashes":\["./, '"hashes":["x'),
      proof.replace(/"hashes":\[/, '"hashes":["no hash",'),
      proof.replace(/"log":"log_./, '"log":"log_1'),
    ]) {
      expect(other).not.toBe(proof);
      const lie = resignedExport(log, withFile(proven, "consistency.json", utf8Bytes(other)));
      expect(verdictOn("consistency_failed", lie, { file: "consistency.json" })).toBe("found");
    }
    const run = log.runs.find(({ isEnded }) => isEnded)?.id ?? "";
    const partial = honestExport(log, { scope: { kind: "run", run }, payloads: "included", since: 0 });
    expect(
      verdictOn("consistency_unavailable", partial, { file: "last-seen" }, { lastSeen: utf8Bytes(older.note) }),
    ).toBe("found");
    expect(verdictOn("last_seen_malformed", files, { file: "last-seen" }, { lastSeen: utf8Bytes("no note") })).toBe(
      "found",
    );
    const unsigned = older.note.replace(/(\+|\/|[A-Za-z0-9])(?==*\n$)/, "A");
    expect(
      verdictOn(
        "last_seen_signature",
        files,
        { file: "last-seen" },
        { lastSeen: utf8Bytes(older.note.replace("time 2026", "time 2025")) },
      ),
    ).toBe("found");
    expect(unsigned).toContain(asText(log.origin));
    const grown = honestLog(11, { entries: size + 3, rotation: 0.02, redaction: 0.02, lanes: 0.1 });
    const later = signedHead({ ...grown, signers: log.signers }, grown.entries.length);
    expect(verdictOn("rolled_back", files, { file: "checkpoint" }, { lastSeen: utf8Bytes(later.note) })).toBe("found");
    expect(verdictOn("key_not_trusted", files, {}, { trust: "another" })).toBe("found");
  });
});

test("every finding that a log's author or exporter can cause was caused", () => {
  const elsewhere: readonly FindingCode[] = [
    // Flipped bytes, in flips.sim.ts and surgery.sim.ts.
    "checkpoint_malformed",
    "checkpoint_origin",
    "checkpoint_signature",
    "manifest_signature",
    "tree_malformed",
    "tree_root",
    "entry_leaf",
    "entry_missing",
    "entry_extra",
    "entry_order",
    "payload_commitment",
    "payload_missing",
    "payload_resurrected",
    // Forms of entries and receipts, in core/audit.
    "entry_not_canonical",
    "entry_malformed",
    "receipt_malformed",
    "plan_hash",
  ];
  const missed = Object.keys(FINDINGS).filter((code) => ![...caught, ...elsewhere].some((each) => each === code));
  expect(missed).toEqual([]);
});
