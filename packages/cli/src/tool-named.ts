import { OrchestratorError } from "@writ/core";
import type { Tool, Desk } from "@writ/runtime";
import { nearest } from "./terminal/nearest.ts";

/** @throws OrchestratorError `tool_not_found` */
export function toolNamed(desk: Pick<Desk, "tools">, name: string): Tool {
  const tool = desk.tools.get(name);
  if (tool !== undefined) return tool;
  const meant = nearest(name, [...desk.tools.keys()]);
  const next =
    meant === null ? "see them with: writ tools list" : `did you mean ${meant}? See all with: writ tools list`;
  throw new OrchestratorError("tool_not_found", `there is no tool ${name}; ${next}`);
}
