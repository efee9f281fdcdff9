/** Writes what the shipped tools declare, so that no command loads them to look: `node scripts/generate-shipped-tools.ts [--check]`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { nodeHasher } from "../packages/adapters/src/system/sha256.ts";
import { definedTools } from "../packages/cli/src/compose-tools.ts";
import { toolDocument, type JsonObject } from "../packages/core/src/index.ts";
import { toolCatalogue, toolRules } from "../packages/runtime/src/index.ts";

const path = join(resolve(import.meta.dirname, ".."), "packages/cli/src/shipped-tools.json");

const nowhere = {
  folder: "/nowhere",
  staging: "/nowhere",
  tokenPrice: 0,
  writtenByWrit: async () => new Set<string>(),
};
const documents: Record<string, JsonObject> = {};

async function catalogue(hasModel: boolean): Promise<JsonObject> {
  const rules = toolRules(nodeHasher, await definedTools({ ...nowhere, hasModel }));
  for (const { hash, spec } of rules.values()) documents[hash] = toolDocument(spec);
  return toolCatalogue(rules);
}

const list = { with_model: await catalogue(true), without_model: await catalogue(false), documents };
const text = `${JSON.stringify(list, null, 1)}\n`;

if (process.argv.includes("--check")) {
  const isCurrent = readFileSync(path, "utf8") === text;
  if (!isCurrent) console.log("packages/cli/src/shipped-tools.json is stale: npm run generate");
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(path, text);
}
