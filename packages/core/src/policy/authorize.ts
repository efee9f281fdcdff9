import type { Json, JsonObject } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";
import { evaluate, isTrue } from "../plan/evaluate.ts";
import { parseExpression } from "../plan/expression.ts";
import { parsePointer, valueAt } from "../plan/pointer.ts";
import { reaches } from "../tool/approval-mode.ts";
import type { ToolSpec } from "../tool/tool-spec.ts";
import type { PolicyMode } from "../plan/plan-document.ts";
import type { Lift, Policy } from "./policy.ts";
import { isSensitivePath } from "./sensitive-path.ts";
import { makesExecutable, writtenPaths } from "./written-paths.ts";

export interface PolicyQuery {
  /** Null: nobody registered it. */
  readonly spec: ToolSpec | null;
  readonly tool: string;
  /** Resolved arguments, or the parameters as far as they are known. */
  readonly args: JsonObject;
  /** The stricter of policy, request and plan. */
  readonly mode: PolicyMode;
  /** Gates the plan asks for. */
  readonly gates: readonly string[];
  /** Whether what would be written came from a model or from another tool. */
  readonly tainted: boolean;
  readonly at: EpochMs;
}

/**
 * `gate` waits for a person, `self` goes through the same records with the
 * policy as approver, `permit` runs. Rules are the ids that decided, at least one.
 */
export interface Authorization {
  readonly effect: "forbid" | "gate" | "self" | "permit";
  readonly rules: readonly string[];
}

/** Forbid beats gate, gate beats permit; what no rule mentions is forbidden. */
export function authorize(policy: Policy, query: PolicyQuery): Authorization {
  const { spec } = query;
  if (spec === null || !policy.tools.some((pattern) => names(pattern, query.tool)))
    return { effect: "forbid", rules: ["allowlist"] };
  const forbidden = [...outbound(policy, spec, query.args), ...matching(policy, "forbid", query)];
  if (forbidden.length > 0) return { effect: "forbid", rules: forbidden };
  const absolute = [...unliftable(spec, query), ...matching(policy, "gate", query), ...query.gates];
  const tier = tierGate(spec, query.mode);
  const lift = tier === null || absolute.length > 0 ? undefined : policy.lifts.find((each) => lifts(each, spec, query));
  const ungated = reaches(spec.tier, "network") ? "self" : "permit";
  if (lift !== undefined) return { effect: ungated, rules: [lift.id] };
  const gates = [...absolute, ...(tier === null ? [] : [tier])];
  if (gates.length > 0) return { effect: "gate", rules: [...new Set(gates)].toSorted() };
  return { effect: ungated, rules: [`policy.${query.mode}.${spec.tier}`] };
}

function names(pattern: string, tool: string): boolean {
  if (pattern === "*" || pattern === tool) return true;
  return pattern.endsWith(".*") && tool.startsWith(pattern.slice(0, -1));
}

function outbound(policy: Policy, spec: ToolSpec, args: JsonObject): readonly string[] {
  if (!reaches(spec.tier, "network")) return [];
  // What destroys need not reach out; where it says to which host it does, that host must be allowed.
  if (spec.tier === "destructive" && spec.traits.host === null) return [];
  if (policy.hosts.length === 0) return ["outbound_off"];
  const host = spec.traits.host === null ? null : hostOf(valueAt(args, parsePointer(spec.traits.host) ?? []));
  return host === null || policy.hosts.includes(host) ? [] : ["egress"];
}

const HOST = /^(?:[a-z]+:\/\/)?([a-z0-9.-]+(?::[0-9]+)?)(?:[/?#]|$)/;

/** The host a URL names, as an allow-list spells it; an odd spelling is no known host. */
function hostOf(value: Json | undefined): string {
  return typeof value === "string" ? (HOST.exec(value)?.[1] ?? "") : "";
}

function matching(policy: Policy, effect: "forbid" | "gate", query: PolicyQuery): readonly string[] {
  return policy.rules
    .filter((rule) => rule.effect === effect && names(rule.tool, query.tool) && holds(rule.when, query.args) !== "no")
    .map((rule) => rule.id);
}

/** A condition that cannot be read or evaluated counts as fulfilled where that is stricter: the caller decides. */
function holds(when: string | null, args: JsonObject): "yes" | "no" | "unknown" {
  if (when === null) return "yes";
  const expression = parseExpression(when);
  if (!expression.ok) return "unknown";
  const found = evaluate(expression.value, (path) => {
    const [root, ...rest] = path;
    const value = root === "args" ? valueAt(args, rest.map(String)) : undefined;
    return value === undefined ? { found: false, path } : { found: true, value };
  });
  if (!found.found) return "unknown";
  return isTrue(found.value) ? "yes" : "no";
}

function unliftable(spec: ToolSpec, query: PolicyQuery): readonly string[] {
  const rules: string[] = [];
  if (spec.tier === "destructive") rules.push(`policy.${query.mode}.destructive`);
  if (spec.traits.alwaysApprove) rules.push("policy.always_approve");
  if (query.tainted && (makesExecutable(spec, query.args) || writtenPaths(spec, query.args).some(isSensitivePath)))
    rules.push("policy.sensitive_path");
  return rules;
}

function tierGate(spec: ToolSpec, mode: PolicyMode): string | null {
  return mode !== "autonomous" && reaches(spec.tier, "local_write") && spec.tier !== "destructive"
    ? `policy.${mode}.${spec.tier}`
    : null;
}

function lifts(lift: Lift, spec: ToolSpec, query: PolicyQuery): boolean {
  if (spec.tier === "destructive" || !names(lift.tool, query.tool)) return false;
  if (lift.expiresAtMs !== null && query.at >= lift.expiresAtMs) return false;
  if (holds(lift.when, query.args) !== "yes") return false;
  if (lift.folder === null) return true;
  const folder = lift.folder.endsWith("/") ? lift.folder : `${lift.folder}/`;
  const paths = writtenPaths(spec, query.args);
  return paths.length > 0 && paths.every((path) => path.startsWith(folder) && !path.split("/").includes(".."));
}
