import { authorize, type Authorization, type EpochMs, type JsonObject, type PolicyMode } from "@writ/core";
import type { RunDesk } from "./run-desk.ts";
import { ruleWords, type Day } from "./rule-words.ts";

/** A call that is not made. */
export interface HypotheticalCall {
  readonly tool: string;
  /** Null where nothing is said of them: then they are not held against the schema. */
  readonly args: JsonObject | null;
  readonly mode: PolicyMode;
  readonly tainted: boolean;
}

/** What policy would answer to a call, and by which rules. @param day how instants in rules are written */
export function testPolicy(
  { config, toolRules }: Pick<RunDesk, "config" | "toolRules">,
  { tool, args, mode, tainted }: HypotheticalCall,
  at: EpochMs,
  day: Day,
) {
  const { policy } = config;
  const rule = toolRules.get(tool);
  const problems = args === null ? [] : (rule?.checkArgs(args) ?? []);
  const asked = authorize(policy, { spec: rule?.spec ?? null, tool, args: args ?? {}, mode, gates: [], tainted, at });
  const { effect, rules }: Authorization = problems.length > 0 ? { effect: "forbid", rules: ["schema"] } : asked;
  return {
    tool,
    tier: rule?.spec.tier ?? "destructive",
    mode,
    args: args ?? {},
    tainted,
    decision: effect,
    rules: rules.map((id) => ({ id, says: ruleWords(day, policy, id, effect) })),
    problems,
  };
}
