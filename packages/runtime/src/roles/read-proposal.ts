import {
  err,
  ok,
  OrchestratorError,
  parseStrict,
  planDocument,
  type Json,
  type PlanDocument,
  type Result,
} from "@writ/core";

import type { LlmAnswer } from "../ports/llm.ts";

/** What a model may say of a plan: who it is from, its name and its hash are none of that. */
const proposal = planDocument.omit({
  plan_id: true,
  plan_version: true,
  supersedes_plan_id: true,
  replan_reason: true,
  planner: true,
  plan_hash: true,
});

const FENCED = /^```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/;
const MAX_CHARACTERS = 1_000_000;
const MOST_FAULTS = 10;

/**
 * The plan in a model's answer: the whole answer, or the whole of one fence.
 * Prose is never searched for a plan. Nothing is mended or left out: what the
 * plan asks for is the critic's to judge.
 *
 * @returns what is wrong, for the record and for the model
 */
export function readProposal({ text, finish }: LlmAnswer): Result<PlanDocument, string> {
  if (finish === "length") return err("the answer was cut off before its end; plan fewer steps");
  if (text.length > MAX_CHARACTERS) return err(`the answer has more than ${String(MAX_CHARACTERS)} characters`);
  const json = parseJson(FENCED.exec(text.trim())?.[1] ?? text);
  if (!json.ok) return json;
  const parsed = proposal.safeParse(json.value);
  if (parsed.success) return ok(parsed.data);
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const more = faults.length - MOST_FAULTS;
  return err([...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`and ${String(more)} more`] : [])].join("; "));
}

function parseJson(text: string): Result<Json, string> {
  try {
    return ok(parseStrict(text.trim()));
  } catch (error) {
    if (error instanceof OrchestratorError)
      return err(`the answer is not one JSON object (${error.code}): ${error.message}`);
    throw error;
  }
}
