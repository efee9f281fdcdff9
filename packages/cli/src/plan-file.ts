import { existsSync, readFileSync } from "node:fs";
import {
  isJsonObject,
  ok,
  OrchestratorError,
  parseStrict,
  parseYaml,
  type Json,
  type JsonObject,
  type Result,
} from "@writ/core";

/** A plan of 20,000 steps fits into it. */
const MAX_CHARACTERS = 16_000_000;

/** @throws OrchestratorError `input_malformed` */
export function readText(path: string, shown: string): string {
  if (!existsSync(path)) throw new OrchestratorError("input_malformed", `there is no file ${shown}; check the path`);
  return readFileSync(path, "utf8");
}

/** JSON that is in order needs no places; null for the slower reader, which says where a fault is. */
function quickly(text: string): Result<{ readonly value: Json }, never> | null {
  try {
    return ok({ value: parseStrict(text) });
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

/**
 * A plan file, as JSON or YAML; a workflow is told apart by what stands at its top.
 *
 * @throws OrchestratorError `input_malformed`, `plan_refused` with line and column
 */
export function readPlanFile(path: string, shown: string): JsonObject {
  const text = readText(path, shown);
  const read = path.endsWith(".json")
    ? (quickly(text) ?? parseYaml(shown, text, MAX_CHARACTERS))
    : parseYaml(shown, text, MAX_CHARACTERS);
  if (!read.ok) {
    throw new OrchestratorError("plan_refused", `${shown} cannot be read and nothing ran; mend it and try again`, {
      problems: read.error.map(({ message, place }) => ({ code: "plan_malformed", message, place })),
    });
  }
  const { value } = read.value;
  const isPlan = isJsonObject(value) && "intent" in value;
  const isWorkflow = isJsonObject(value) && "version" in value;
  if (!isJsonObject(value) || isPlan === isWorkflow) {
    const message = 'a plan has "intent", "steps" and "decision_checkpoints"';
    throw new OrchestratorError(
      "plan_refused",
      `${shown} is neither a plan nor a workflow; a plan has "intent" at its top`,
      { problems: [{ code: "plan_malformed", message, place: { file: shown } }] },
    );
  }
  if (isWorkflow)
    throw new OrchestratorError(
      "plan_refused",
      `${shown} is a workflow, which this version does not run; write it as a plan with "intent" and "steps"`,
    );
  return value;
}
