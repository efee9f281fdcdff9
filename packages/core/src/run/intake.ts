import type { Problem } from "../base/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { err, ok, type Result } from "../base/result.ts";
import { lowerPlan, type Lowered } from "../plan/lower.ts";
import { planHash } from "../plan/plan-hash.ts";
import { planDocument } from "../plan/plan-document.ts";
import type { Hasher } from "../base/hash.ts";
import type { Plan } from "../plan/plan.ts";

type Read = Result<Lowered, readonly Problem[]>;

const read = new WeakMap<JsonObject, Read>();

interface Sealed {
  readonly text: string;
  readonly read: Read;
}

const sealed = new WeakMap<Payload, Sealed>();

/** A longer text is not kept: what waits must hold no memory. */
const MOST_KEPT = 1_048_576;

/** The plan that was read last: a run, whoever follows it and its views read the same bytes one after another. */
let last: Sealed | null = null;

/** Reads a plan's payload: against its schema, then lowered. Problems name step and field. The same bytes are read once. */
export function readPlan(hash: Hasher, payload: Payload): Read {
  const known = sealed.get(payload);
  if (known !== undefined) return known.read;
  const text = payload.canonical();
  const found = last?.text === text ? last : { text, read: intake(hash, payload.json()) };
  sealed.set(payload, found);
  last = text.length > MOST_KEPT ? null : found;
  return found.read;
}

/** The plan a proposal is, or every reason why it is none. Read once: nobody changes a value that is about to be sealed, or was. */
export function intake(hash: Hasher, value: Json): Read {
  if (!isJsonObject(value)) return taken(hash, value);
  const known = read.get(value) ?? taken(hash, value);
  read.set(value, known);
  return known;
}

function taken(hash: Hasher, value: Json): Read {
  const parsed = planDocument.safeParse(value);
  if (!parsed.success || !isJsonObject(value))
    return err(parsed.success ? [] : parsed.error.issues.map((issue) => asProblem(value, issue)));
  const computed = planHash(hash, value);
  if (parsed.data.plan_hash !== undefined && parsed.data.plan_hash !== computed) {
    return err([
      {
        code: "plan_malformed",
        message: "plan_hash is not the hash of this plan",
        place: { field: "plan_hash" },
        remedy: "leave it out: it is filled in",
      },
    ]);
  }
  return ok(lowerPlan(parsed.data, computed));
}

interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function asProblem(plan: Json, issue: SchemaIssue): Problem {
  const [first, index, ...rest] = issue.path;
  const steps = isJsonObject(plan) ? plan["steps"] : undefined;
  const step =
    first === "steps" && typeof index === "number" && Array.isArray(steps) ? nameOf(steps[index], index) : undefined;
  const field = (step === undefined ? issue.path : rest).map(String).join(".");
  return {
    code: "plan_malformed",
    message: issue.message,
    place: { ...(step === undefined ? {} : { step }), ...(field === "" ? {} : { field }) },
  };
}

function nameOf(step: unknown, index: number): string {
  return typeof step === "object" && step !== null && "id" in step && typeof step.id === "string"
    ? step.id
    : `step ${index + 1}`;
}

/** The plan in a payload that is being folded; null when it is none, or its bytes were erased. */
export function planIn(hash: Hasher, payload: Payload): Plan | null {
  if (payload.isErased) return null;
  const read = readPlan(hash, payload);
  return read.ok ? read.value.plan : null;
}
