import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { verifyBundle } from "@writ/core/audit/verify";
import { canonicalJson } from "@writ/core/base/json";
import { initialState } from "@writ/core/run/state";
import { ReadModels } from "@writ/core/record/read-models";
import { EntryReader } from "@writ/core/journal/read-entry";
import type { StoredEntry } from "@writ/core/journal/stored-entry";
import { expect, test } from "vitest";

import { CORE } from "../simulator/core-functions.ts";
import { World } from "../simulator/world.ts";
import { asText, objectOf } from "../vectors.ts";
import { honestExport } from "./honest-export.ts";
import type { HonestLog } from "./honest-log.ts";
import { testSigner } from "./test-key.ts";

/** A log that holds nothing but the run that the simulator lived under this seed. */
function logOf(seed: number): HonestLog {
  const world = new World(seed, CORE, () => undefined);
  world.live();
  const { stored, run } = world.recording;
  const { log: id, facts } = objectOf(stored[0]?.bytes ?? "");
  const log = asText(id);
  const origin = `writ.local/${log}`;
  const signer = testSigner(origin, `${seed}`);
  const started = { type: "log_started", origin, tenant: "local", key: signer.key.text, product: "writ/0.1.0" };
  const head = { actor: { kind: "system", id: "writ" }, at_ms: 0, facts: [started], kind: "log", log, seq: 0, v: 1 };
  const shifted = stored.map((entry): StoredEntry => {
    const seq = entry.seq + 1;
    return { ...entry, seq, bytes: canonicalJson({ ...objectOf(entry.bytes), seq }) };
  });
  const entries = [{ seq: 0, run: null, version: null, bytes: canonicalJson(head), payloads: [] }, ...shifted];
  expect(facts).toBeDefined();
  return {
    ...{ log, origin, entries, tenant: "local", runs: [], now: 1_800_000_000_000 },
    documents: documentsOf(world, stored, run),
    signers: [{ seq: 0, signer }],
  };
}

function documentsOf(world: World, stored: readonly StoredEntry[], run: string): ReadonlyMap<string, string> {
  const { rules } = world.scenario;
  const state = initialState(run, rules);
  const reader = new EntryReader(rules.hash);
  const models = new ReadModels();
  const documents = new Map<string, string>();
  for (const each of stored) {
    const entry = reader.read(each);
    CORE.beginEntry(state, entry.at, entry.actor);
    for (const fact of entry.facts) CORE.evolve(state, fact);
    for (const { digest, bytes } of models.observe(state, entry).documents) documents.set(digest, bytes);
  }
  return documents;
}

test(
  "what the engine writes is what the verifier reads: runs, plans, approvals, keys and records",
  { timeout: 120_000 },
  () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const log = logOf(seed);
      const { errors } = verifyBundle(
        honestExport(log, { scope: { kind: "log" }, payloads: "included", since: 0 }),
        nodeVerifier,
      );
      // The simulator pins digests without documents.
      expect({ seed, errors: errors.filter(({ code }) => code !== "document_missing") }).toEqual({ seed, errors: [] });
      for (const { bytes } of log.entries) {
        for (const type of ["approval_granted", "step_started", "plan_verified", "run_ended"]) {
          if (bytes.includes(`"type":"${type}"`)) seen.set(type, (seen.get(type) ?? 0) + 1);
        }
      }
    }
    process.stdout.write(`entries of real runs: ${JSON.stringify(Object.fromEntries(seen))}\n`);
    for (const count of seen.values()) expect(count).toBeGreaterThan(50);
    expect(seen.size).toBe(4);
  },
);
