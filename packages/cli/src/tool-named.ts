import { OrchestratorError, type ToolRule } from "@writ/core";
import type { RunDesk } from "@writ/runtime";
import { nearest } from "./terminal/nearest.ts";

/** @throws OrchestratorError `tool_not_found` */
export function toolNamed(desk: Pick<RunDesk, "toolRules">, name: string): ToolRule {
  const rule = desk.toolRules.get(name);
  if (rule !== undefined) return rule;
  const meant = nearest(name, [...desk.toolRules.keys()]);
  const next =
    meant === null ? "see them with: writ tools list" : `did you mean ${meant}? See all with: writ tools list`;
  throw new OrchestratorError("tool_not_found", `there is no tool ${name}; ${next}`);
}
