import { fromRfc3339, isJsonObject, plainJson, reportMarkdown, reportOf, type JsonObject } from "@writ/core";
import { createRequest, type Desk } from "@writ/runtime";
import type { Read } from "../contract/forms.ts";
import { knownRun } from "./known-run.ts";

/** What a caller wants, as every door asks for it. */
export async function taskWish(body: Read<"create_task", "body">, desk: Desk) {
  const {
    goal,
    plan,
    inputs,
    context,
    policy_mode: mode,
    budget,
    approval_ttl_ms: ttl,
    deadline_at: deadline,
    begin,
  } = body;
  const files = context?.files ?? [];
  const previous = await Promise.all((context?.previous_results ?? []).map((id) => resultOf(desk, id)));
  const constraints = context?.constraints ?? [];
  return createRequest({
    goal: goal ?? "the plan of a program",
    door: "api",
    plan: plan === undefined ? null : plainObject(plan),
    author: plan === undefined ? null : "program",
    inputs: plainObject(inputs ?? {}),
    context: [
      ...files,
      ...previous,
      ...(constraints.length === 0
        ? []
        : [{ name: "constraints", text: constraints.map((each) => `- ${each}`).join("\n") }]),
    ],
    mode: mode ?? null,
    budget: budget ?? {},
    approvalTtlMs: ttl ?? null,
    deadlineAtMs: deadline === undefined ? null : fromRfc3339(deadline),
    begin: begin === "at_once",
  });
}

async function resultOf(desk: Desk, id: string): Promise<{ readonly name: string; readonly text: string }> {
  const run = await knownRun(desk, id);
  return { name: `result of ${run}`, text: reportMarkdown(reportOf(await desk.history(run))) };
}

function plainObject(value: object): JsonObject {
  const plain = plainJson(value);
  return isJsonObject(plain) ? plain : {};
}
