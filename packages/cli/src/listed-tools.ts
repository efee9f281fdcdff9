import { readFileSync } from "node:fs";
import { isJsonObject, parseJson, type Json, type JsonObject, type ToolSpec } from "@writ/core";
import { toolSpecsOfDocuments } from "@writ/runtime";

/** Written by `scripts/generate-shipped-tools.ts` from the definitions, in the documents that a run pins. */
const LIST = new URL("./shipped-tools.json", import.meta.url);

/**
 * What the tools that ship declare, without loading any of them.
 *
 * @param hasModel whether a model writes for those that can ask one
 * @throws OrchestratorError `rules_unknown` if the list is of another version
 */
export function listedTools(hasModel: boolean): readonly ToolSpec[] {
  const list = objectOf(parseJson(readFileSync(LIST, "utf8")));
  const documents = new Map(Object.entries(objectOf(list["documents"])).map(([digest, it]) => [digest, objectOf(it)]));
  return toolSpecsOfDocuments(objectOf(list[hasModel ? "with_model" : "without_model"]), documents);
}

function objectOf(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}
