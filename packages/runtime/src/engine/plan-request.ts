import {
  epochMs,
  isJsonArray,
  isJsonObject,
  SPAN_NAME,
  spanContext,
  toRfc3339,
  type Json,
  type JsonObject,
  type Problem,
  type RunState,
} from "@writ/core";
import type { PlanRequest } from "../ports/planner.ts";

/** What a planner is told: the goal, the callable tools, and what was wrong before. Descriptions only. */
export function planRequest(state: RunState): PlanRequest {
  const goal = state.goal?.object() ?? {};
  const allowed = (tool: string): boolean =>
    state.rules.policy.tools.some(
      (pattern) =>
        pattern === "*" || pattern === tool || (pattern.endsWith(".*") && tool.startsWith(pattern.slice(0, -1))),
    );
  return {
    goal: textOf(goal["text"]),
    inputs: state.inputs?.object() ?? {},
    context: contextOf(goal),
    tools: [...state.rules.tools.values()].map((rule) => rule.spec).filter((spec) => allowed(spec.name)),
    findings: findingsOf(state),
    completed: [...state.steps.values()].filter((step) => step.status === "succeeded").map((step) => step.path),
    final: state.planning.final,
    today: toRfc3339(epochMs(state.startedAt)).slice(0, 10),
    trace: spanContext(state.run, SPAN_NAME.planChat(state.planVersion)),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function contextOf(goal: JsonObject): PlanRequest["context"] {
  const context = goal["context"];
  if (!isJsonArray(context)) return [];
  return context.flatMap((item) =>
    isJsonObject(item) ? [{ name: textOf(item["name"]), text: textOf(item["text"]) }] : [],
  );
}

function findingsOf(state: RunState): readonly Problem[] {
  const found = state.planning.findings?.json();
  if (!isJsonArray(found)) return [];
  return found.flatMap((item): readonly Problem[] => {
    if (!isJsonObject(item)) return [];
    const step = item["step"];
    const field = item["field"];
    return [
      {
        code: textOf(item["code"]),
        message: textOf(item["message"]),
        place: { ...(typeof step === "string" ? { step } : {}), ...(typeof field === "string" ? { field } : {}) },
      },
    ];
  });
}
