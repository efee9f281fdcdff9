import type { JsonObject } from "../base/json.ts";
import { parsePointer, valueAt } from "../plan/pointer.ts";
import type { ArgumentConstraint, ToolSpec } from "../tool/tool-spec.ts";

/** An argument that is out of bounds. */
export interface BrokenConstraint {
  readonly constraint: ArgumentConstraint;
  /** Why, in words that follow the argument's place. */
  readonly message: string;
}

/**
 * The bounds of a tool that arguments break; one that is not there breaks none.
 *
 * @param isAsked whether a person is asked about the call, which lifts bounds that say so
 */
export function brokenConstraints(spec: ToolSpec, args: JsonObject, isAsked: boolean): readonly BrokenConstraint[] {
  return spec.traits.constraints.flatMap((constraint) => {
    if (constraint.unlessApproved && isAsked) return [];
    const message = broken(args, constraint);
    return message === null ? [] : [{ constraint, message }];
  });
}

function broken(args: JsonObject, { at, max, oneOf }: ArgumentConstraint): string | null {
  const value = valueAt(args, parsePointer(at) ?? []);
  if (value === undefined) return null;
  if (max !== null && (typeof value !== "number" || value > max)) return `is above ${max}`;
  if (oneOf !== null && !(typeof value === "string" && oneOf.includes(value))) return `is none of ${oneOf.join(", ")}`;
  return null;
}
