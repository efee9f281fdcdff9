import {
  birthsOf,
  type BundleFiles,
  EntryReader,
  type Frame,
  fromHex,
  type Hasher,
  isDigest,
  isJsonObject,
  type Json,
  type JsonObject,
  OrchestratorError,
  parseCanonical,
  readFrames,
  replay,
  type StoredEntry,
} from "@writ/core";
import type { Documents } from "../ports/store.ts";
import { rulesOfPins } from "./pins.ts";
import { documentsByDigest, toolRulesOfDocuments } from "./rules-of-documents.ts";

/** What a replay found that no exporter had a hand in. */
export interface ReplayedAgain {
  readonly equal: number;
  readonly facts: number;
  readonly different: readonly { readonly run: string; readonly version: number; readonly step: string | null }[];
  /** Runs with an erased or withheld value, or with rules this version does not ship. */
  readonly not_replayable: readonly { readonly run: string; readonly reason: string }[];
}

/** Replays the runs of a bundle whose bytes were verified before, from nothing but its files. */
export async function replayBundle(files: BundleFiles, hash: Hasher): Promise<ReplayedAgain> {
  const frames = readFrames(files.get("blobs") ?? new Uint8Array(), () => undefined);
  const documents = documentsByDigest(
    hash,
    [...frames].flatMap(([key, frame]) => (isDigest(key) ? objectOf(frame) : [])),
  );
  const different: ReplayedAgain["different"][number][] = [];
  const lost: ReplayedAgain["not_replayable"][number][] = [];
  let [equal, facts] = [0, 0];
  for (const [run, entries] of runsOf(files, frames)) {
    try {
      const found = replay(run, entries, await rulesOf(entries, documents, hash));
      if (found.result === "equal") [equal, facts] = [equal + 1, facts + found.facts];
      else if (found.result === "different") different.push({ run, version: found.version, step: found.step });
      else lost.push({ run, reason: found.reason });
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      lost.push({ run, reason: error.message });
    }
  }
  return { equal, facts, different, not_replayable: lost };
}

async function rulesOf(entries: readonly StoredEntry[], documents: ReadonlyMap<string, JsonObject>, hash: Hasher) {
  const [first] = entries;
  const started = first && new EntryReader(hash).read(first).facts.find((fact) => fact.type === "run_started");
  if (first === undefined || started?.type !== "run_started")
    throw new OrchestratorError("rules_unknown", "the run does not begin with its pins");
  const held: Documents = { get: async (digest) => documents.get(digest) ?? null, put: async () => undefined };
  const catalogue = documents.get(started.pins.tools) ?? {};
  return await rulesOfPins(held, started.pins, {
    hash,
    log: logOf(first),
    tools: toolRulesOfDocuments(hash, catalogue, documents),
  });
}

/** Entries of each run, as a store would give them. */
function runsOf(files: BundleFiles, frames: ReadonlyMap<string, Frame>): ReadonlyMap<string, readonly StoredEntry[]> {
  const runs = new Map<string, StoredEntry[]>();
  const lines = new TextDecoder().decode(files.get("entries.jsonl")).split("\n").slice(0, -1);
  for (const bytes of lines) {
    const { run, seq, version } = entryOf(bytes);
    if (typeof run !== "string") continue;
    const payloads = birthsOf(bytes).map((_, n) => {
      const frame = frames.get(`${Number(seq)} ${n}`);
      return frame === undefined
        ? { n, salt: null, bytes: null }
        : { n, salt: fromHex(frame.salt) ?? null, bytes: frame.bytes };
    });
    const entry = { seq: Number(seq), run, version: Number(version), bytes, payloads };
    const siblings = runs.get(run);
    if (siblings === undefined) runs.set(run, [entry]);
    else siblings.push(entry);
  }
  return runs;
}

function objectOf({ bytes }: Frame): readonly JsonObject[] {
  const value: Json = parseCanonical(bytes);
  return isJsonObject(value) ? [value] : [];
}

function entryOf(bytes: string): JsonObject {
  const value = parseCanonical(bytes);
  return isJsonObject(value) ? value : {};
}

function logOf({ bytes }: StoredEntry): string {
  return String(entryOf(bytes)["log"]);
}
