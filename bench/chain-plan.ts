import type { JsonObject } from "@writ/core";

/** A plan of `count` steps one after another; each call differs, so that the loop guard has nothing to say. */
export function chainPlan(count: number, tool = "bench.step", gateBefore: number | null = null): JsonObject {
  const steps: JsonObject[] = [];
  for (let index = 0; index < count; index += 1) {
    const previous = index === gateBefore ? "gate" : `s${index - 1}`;
    if (index === gateBefore)
      steps.push({ id: "gate", kind: "gate", message: "Go on?", ...after(`s${index - 1}`, index) });
    steps.push({ id: `s${index}`, tool, params: paramsOf(tool, index), ...after(previous, index) });
  }
  return { intent: "bench.chain", steps, decision_checkpoints: [] };
}

function after(previous: string, index: number): JsonObject {
  return index === 0 ? {} : { depends_on: [previous] };
}

function paramsOf(tool: string, index: number): JsonObject {
  return tool === "files.read" ? { path: "note.md", max_bytes: 1_000 + index } : { n: index };
}
