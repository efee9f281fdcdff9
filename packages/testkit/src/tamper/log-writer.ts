import { nodeHasher } from "@writ/adapters/system/sha256";
import { commitment, digestOf } from "@writ/core/base/digest";
import { mintId, type Id, type IdKind } from "@writ/core/base/id";
import { canonicalJson, type Json, type JsonObject } from "@writ/core/base/json";
import { epochMs } from "@writ/core/base/time";
import { utf8Bytes } from "@writ/core/base/utf8";
import type { StoredEntry } from "@writ/core/journal/stored-entry";

import { dice, type Dice } from "./dice.ts";
import { testSigner, type TestSigner } from "./test-key.ts";

/** Where the instants of made-up logs begin. */
const START = 1_795_208_645_000;

/** A payload of the entry that is being written: its birth, and the handle that stands for it elsewhere. */
export interface Sealed {
  readonly birth: JsonObject;
  readonly handle: JsonObject;
  readonly commit: string;
  readonly bytes: Uint8Array;
}

/** A log under construction: gives positions, instants, identifiers and salts, and nothing about runs. */
export interface LogWriter {
  readonly dice: Dice;
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  readonly entries: StoredEntry[];
  readonly documents: Map<string, string>;
  /** The key in force. */
  signer: TestSigner;
  now(): number;
  mint<K extends IdKind>(kind: K): Id<K>;
  document(value: JsonObject): string;
  seal(as: "json" | "text" | "bytes", value: Json | Uint8Array): Sealed;
  append(entry: Written): number;
}

interface Written {
  readonly actor: JsonObject;
  readonly facts: readonly JsonObject[];
  readonly run?: { readonly id: string; readonly version: number; readonly input: JsonObject };
  /** In order of birth. */
  readonly payloads?: readonly Sealed[];
}

export function logWriter(seed: number): LogWriter {
  const chance = dice(seed);
  const salts = new Map<string, Uint8Array>();
  const entries: StoredEntry[] = [];
  const documents = new Map<string, string>();
  let clock = START + chance.roll(1_000_000);
  const mint = <K extends IdKind>(kind: K): Id<K> => mintId(kind, epochMs(clock), chance.bytes(10));
  const log = mint("log");
  const origin = `writ.local/${log}`;

  function seal(as: "json" | "text" | "bytes", value: Json | Uint8Array): Sealed {
    const bytes = value instanceof Uint8Array ? value : utf8Bytes(as === "text" ? String(value) : canonicalJson(value));
    const salt = chance.bytes(32);
    const commit = commitment(nodeHasher, salt, bytes);
    salts.set(commit, salt);
    return { birth: { $as: as, $bytes: bytes.length, $commit: commit }, handle: { $commit: commit }, commit, bytes };
  }

  function document(value: JsonObject): string {
    const digest = digestOf(nodeHasher, value);
    documents.set(digest, canonicalJson(value));
    return digest;
  }

  function append({ actor, facts, run, payloads = [] }: Written): number {
    clock += chance.roll(50);
    const seq = entries.length;
    const common = { actor, at_ms: clock, facts, log, seq, v: 1 };
    const bytes =
      run === undefined
        ? { ...common, kind: "log" }
        : { ...common, kind: "run", input: run.input, run: run.id, version: run.version };
    entries.push({
      seq,
      run: run?.id ?? null,
      version: run?.version ?? null,
      bytes: canonicalJson(bytes),
      payloads: payloads.map((payload, n) => ({ n, salt: salts.get(payload.commit) ?? null, bytes: payload.bytes })),
    });
    return seq;
  }

  const signer = testSigner(origin, `${seed}`);
  return {
    dice: chance,
    log,
    origin,
    tenant: "local",
    entries,
    documents,
    signer,
    now: () => clock,
    mint,
    document,
    seal,
    append,
  };
}
