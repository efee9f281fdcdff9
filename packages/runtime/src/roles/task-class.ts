import { durationMs, type DurationMs } from "@writ/core";

import type { PlanRequest } from "../ports/planner.ts";

/** How much there is to plan, and so how long a planner may think. */
export type TaskClass = "lookup" | "standard" | "multi_step" | "long_horizon";

/** @see decision-plane 3.1 */
export const PLANNING_LIMITS: Readonly<Record<TaskClass, DurationMs>> = {
  lookup: durationMs(5_000),
  standard: durationMs(10_000),
  multi_step: durationMs(20_000),
  long_horizon: durationMs(30_000),
};

const WORDS_OF_A_LOOKUP = 8;
const WORDS_OF_A_GOAL = 40;
const WORDS_OF_A_BRIEFING = 150;
const MANY_TEXTS = 5;

/** By what there is to read: words of the goal, texts given along, steps and findings to plan around. */
export function taskClassOf({ goal, context, findings, completed }: PlanRequest): TaskClass {
  const words = goal.split(/\s+/).length;
  if (words > WORDS_OF_A_BRIEFING || context.length > MANY_TEXTS || completed.length > 0) return "long_horizon";
  if (words > WORDS_OF_A_GOAL || context.length > 0 || findings.length > 0) return "multi_step";
  return words > WORDS_OF_A_LOOKUP ? "standard" : "lookup";
}
