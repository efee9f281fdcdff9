import { isJsonArray, isJsonObject, parseStrict, type Json } from "@writ/core";
import { expect, test } from "vitest";

import { offSchema } from "./published-schema.ts";
import { CORE } from "./simulator/core-functions.ts";
import { FACT_TYPES } from "./simulator/fact-types.ts";
import { World } from "./simulator/world.ts";

const SEEDS = 120;

test("every entry of simulated runs has the published form, and every kind of fact is among them", () => {
  const seen = new Map<Json, number>();
  const wrong: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const world = new World(seed, CORE, () => undefined);
    world.live();
    for (const { bytes } of world.recording.stored) {
      const entry = parseStrict(bytes);
      wrong.push(...offSchema("journal-entry", entry).map((fault) => `seed ${seed}: ${fault}`));
      const facts = isJsonObject(entry) ? (entry["facts"] ?? []) : [];
      for (const fact of isJsonArray(facts) ? facts : []) {
        const type = isJsonObject(fact) ? (fact["type"] ?? null) : null;
        seen.set(type, (seen.get(type) ?? 0) + 1);
      }
    }
  }
  expect(wrong.slice(0, 10)).toEqual([]);
  expect(FACT_TYPES.filter((type) => !seen.has(type))).toEqual([]);
});
