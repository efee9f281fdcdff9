import { toBase64 } from "@writ/core/base/base64";
import { rotationText } from "@writ/core/audit/checkpoint";
import { birthsOf } from "@writ/core/audit/log-entry";
import type { StoredEntry } from "@writ/core/journal/stored-entry";

import { honestRun, type HonestRun } from "./honest-run.ts";
import { logWriter, type LogWriter } from "./log-writer.ts";
import { testSigner, type TestSigner } from "./test-key.ts";

const CLERK = { kind: "system", id: "writ" };

/** A log nobody tampered with, and who signs it. */
export interface HonestLog {
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  readonly entries: readonly StoredEntry[];
  readonly documents: ReadonlyMap<string, string>;
  readonly runs: readonly HonestRun[];
  /** Each key with the position of the entry that names it. */
  readonly signers: readonly { readonly seq: number; readonly signer: TestSigner }[];
  readonly now: number;
}

/** How often things happen, as a probability at each entry; and how many entries there are. */
export interface LogShape {
  readonly entries: number;
  readonly rotation: number;
  readonly redaction: number;
  readonly lanes: number;
}

/** A random log: runs that overlap, approvals, rotations of the key, lanes, and erasures of runs that ended. */
export function honestLog(seed: number, shape: LogShape): HonestLog {
  const writer = logWriter(seed);
  const { log, origin, tenant, dice } = writer;
  const signers = [{ seq: 0, signer: writer.signer }];
  const runs: HonestRun[] = [];
  const active: Generator<void, void>[] = [];
  const started = { type: "log_started", origin, tenant, key: writer.signer.key.text, product: "writ/0.1.0" };
  writer.append({ actor: CLERK, facts: [started] });
  while (writer.entries.length < shape.entries) {
    if (dice.chance(shape.rotation)) signers.push(rotate(writer, signers.length));
    if (dice.chance(shape.redaction)) redact(writer, runs);
    const parent = dice.chance(shape.lanes) ? runs.find(({ isEnded }) => !isEnded) : undefined;
    if (active.length === 0 || dice.chance(0.15)) active.push(honestRun(writer, runs, parent ?? null));
    const at = dice.roll(active.length);
    if (active[at]?.next().done === true) active.splice(at, 1);
  }
  const { entries, documents } = writer;
  return { log, origin, tenant, entries, documents, runs, signers, now: writer.now() };
}

function rotate(writer: LogWriter, count: number): HonestLog["signers"][number] {
  const { origin, signer: old, entries } = writer;
  const next = testSigner(origin, `${writer.log} ${count}`);
  const seq = entries.length;
  const text = rotationText(origin, seq, old.key.text, next.key.text);
  const keys = { old_key: old.key.text, new_key: next.key.text };
  const signatures = { old_signature: toBase64(old.sign(text)), new_signature: toBase64(next.sign(text)) };
  writer.append({ actor: CLERK, facts: [{ type: "key_rotated", reason: "scheduled", ...keys, ...signatures }] });
  writer.signer = next;
  return { seq, signer: next };
}

/** Erases some payloads of a run that ended, as a store would: the bytes go, the commitments stay. */
function redact(writer: LogWriter, runs: readonly HonestRun[]): void {
  const ended = runs.filter(({ isEnded }) => isEnded);
  const run = ended[writer.dice.roll(ended.length)];
  if (run === undefined) return;
  const chosen = writer.entries
    .filter((entry) => entry.run === run.id)
    .flatMap(({ seq, bytes, payloads }) =>
      payloads.map(({ n, salt }) => ({ seq, n, isThere: salt !== null, commit: birthsOf(bytes)[n] ?? "" })),
    )
    .filter(({ isThere }) => isThere && writer.dice.chance(0.4));
  if (chosen.length === 0) return;
  for (const { seq, n } of chosen) {
    const entry = writer.entries[seq];
    if (entry === undefined) continue;
    const payloads = entry.payloads.map((payload) => (payload.n === n ? { n, salt: null, bytes: null } : payload));
    writer.entries[seq] = { ...entry, payloads };
  }
  const payloads = chosen.map(({ seq, commit }) => ({ seq, commit }));
  writer.append({ actor: CLERK, facts: [{ type: "payload_redacted", reason: "erasure_request", payloads }] });
}
