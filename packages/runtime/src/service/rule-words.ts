import type { Authorization, Lift, Policy, Rule } from "@writ/core";

/** How a door writes an instant, epoch in milliseconds. */
export type Day = (atMs: number) => string;

/** Why a rule of that name decided, in words. */
export function ruleWords(day: Day, policy: Policy, id: string, effect: Authorization["effect"]): string {
  const fixed = FIXED[id];
  if (fixed !== undefined) return fixed;
  const lift = policy.lifts.find((each) => each.id === id);
  if (lift !== undefined) return `lifts the gate: ${liftWords(day, lift)}`;
  const rule = policy.rules.find((each) => each.id === id);
  if (rule !== undefined) return ruleText(rule);
  const gate = policy.gates.find((each) => each.id === id);
  if (gate !== undefined) return `asks whoever has the role ${gate.role}, quorum ${gate.quorum}`;
  const [, mode, what] = /^policy\.([a-z_]+)\.([a-z_]+)$/.exec(id) ?? [];
  if (mode === undefined || what === undefined) return "a rule of the plan or of an earlier policy";
  if (what === "plan") return `mode ${mode} asks before a plan begins`;
  return effect === "gate" ? `mode ${mode} asks before every ${what}` : `mode ${mode} lets every ${what} run`;
}

const FIXED: Readonly<Record<string, string>> = {
  allowlist: "the policy names no such tool",
  schema: "the arguments are not what the tool takes",
  outbound_off: "outbound is off: no host is allowed",
  egress: "the host is not on the allow-list",
  "plan.gate": "the plan asks before this step",
  "policy.always_approve": "this tool asks every time, in every mode",
  "policy.sensitive_path": "it would write a file that acts by itself, with content that did not come from you",
};

/** `gates docs.* when args.path == "a"`. */
export function ruleText({ effect, tool, when }: Rule): string {
  const verb = { forbid: "refuses", gate: "asks before", require: "demands" }[effect];
  return `${verb} ${tool}${when === null ? "" : ` when ${when}`}`;
}

/** `docs.write_doc in briefs/, until 21 Dec 14:02`. */
export function liftWords(day: Day, { tool, folder, when, expiresAtMs }: Lift): string {
  const place = folder === null ? "" : ` in ${folder.replace(/\/*$/, "/")}`;
  const condition = when === null ? "" : ` when ${when}`;
  const end = expiresAtMs === null ? "" : `, until ${day(expiresAtMs)}`;
  return `${tool}${place}${condition}${end}`;
}
