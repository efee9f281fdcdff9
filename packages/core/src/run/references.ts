import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { err, ok, type Result } from "../base/result.ts";
import { compiled } from "../plan/block.ts";
import type { Found } from "../plan/evaluate.ts";
import type { Path } from "../plan/expression.ts";
import { INPUTS, type Pointer, type ToolStep } from "../plan/plan.ts";
import { pointerText, valueAt, withValueAt } from "../plan/pointer.ts";
import { byId } from "./paths.ts";
import { inputsOf, type RunState, type Scope, type StepState } from "./state.ts";

/** What a reference names now; a step that did not happen is unavailable, not null. */
export function lookup(state: RunState, scope: Scope): (path: Path) => Found {
  return (path) => {
    const [root, name, ...rest] = path;
    const value =
      root === "steps" && typeof name === "string"
        ? readStep(state, scope, name, rest.map(String))
        : readRun(state, path);
    return value === undefined ? { found: false, path } : { found: true, value };
  };
}

function readRun(state: RunState, [root, ...rest]: Path): Json | undefined {
  return root === INPUTS ? valueAt(inputsOf(state), rest.map(String)) : undefined;
}

/** A step that failed is read through the one that stood in for it. */
function readStep(state: RunState, scope: Scope, id: string, pointer: Pointer): Json | undefined {
  const step = byId(state, scope, id);
  if (step === undefined) return undefined;
  if (step.status === "failed") {
    const stand = scope.block.steps[compiled(scope.block).fallback[step.index] ?? -1];
    return stand === undefined ? undefined : readStep(state, scope, stand.id, pointer);
  }
  return step.status === "succeeded" ? readKept(step, pointer) : undefined;
}

function readKept(step: StepState, pointer: Pointer): Json | undefined {
  return step.kept?.get(pointerText(pointer));
}

/** Of most steps: a map of its own for each would be most of what a settled step costs. */
const NOTHING_READ: ReadonlyMap<string, Json> = new Map();

/** What later steps will read of an output: computed once, when it arrives, and only where something is read. */
export function keep(scope: Scope, index: number, output: Payload): ReadonlyMap<string, Json> {
  const reads = compiled(scope.block).reads[index];
  if (reads === undefined || reads.size === 0) return NOTHING_READ;
  const kept = new Map<string, Json>();
  for (const [text, pointer] of reads) {
    const value = valueAt(output.json(), pointer);
    if (value !== undefined) kept.set(text, value);
  }
  return kept;
}

/** A step's arguments with every hole filled, or the reference that is not available. */
export function resolveArgs(state: RunState, scope: Scope, step: ToolStep): Result<JsonObject, string> {
  let args: Json = step.args.params;
  for (const binding of step.args.bindings) {
    const value =
      binding.from === INPUTS
        ? valueAt(inputsOf(state), binding.pointer)
        : readStep(state, scope, binding.from, binding.pointer);
    if (value === undefined) return err(`${binding.from}.${pointerText(binding.pointer)}`);
    const filled = withValueAt(args, binding.at, value);
    if (filled === undefined) return err(`params${pointerText(binding.at)}`);
    args = filled;
  }
  return isJsonObject(args) ? ok(args) : err("params");
}
