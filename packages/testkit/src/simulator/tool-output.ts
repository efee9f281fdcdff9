import { canonicalJson, type Json } from "@writ/core";
import { testHasher } from "../build/hasher.ts";
import type { Sending } from "./effect-ledger.ts";
import type { Random } from "./random.ts";

/** What a call gives: a function of the call, now and then of the moment. */
export function goodOutput(random: Random, { tool, args }: Sending): Json {
  const seed = Number.parseInt(testHasher.sha256Hex(`${tool} ${canonicalJson(args)}`).slice(0, 6), 16);
  const n = random.chance(0.2) ? random.below(10) : seed % 10;
  return { id: `${tool}-${seed % 97}`, n, ok: n % 3 !== 0, items: n > 5 ? ["a", "b"] : [] };
}

/** Says success and holds nothing of what was promised. */
export function junkOutput(random: Random): Json {
  return random.pick<Json>([null, "", [], {}, { id: 5 }, { n: 1 }]);
}
