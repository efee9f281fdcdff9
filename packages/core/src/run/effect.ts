/** Work for the shell. The key says which work; answers name it, so that a late or doubled answer is recognised. */
export type EffectKey = string;

export type Effect =
  | { readonly type: "propose_plan"; readonly plan_version: number }
  | { readonly type: "open_gate"; readonly step: string; readonly round: number }
  | { readonly type: "approve_by_policy"; readonly step: string; readonly approval: string }
  | { readonly type: "invoke_tool"; readonly step: string; readonly attempt: number }
  | { readonly type: "stop_attempt"; readonly step: string; readonly attempt: number }
  | { readonly type: "probe_attempt"; readonly step: string; readonly attempt: number };

export const effectKey = {
  plan: (version: number): EffectKey => `plan:${version}`,
  gate: (step: string, round: number): EffectKey => `gate:${step}:${round}`,
  self: (approval: string): EffectKey => `self:${approval}`,
  attempt: (step: string, attempt: number): EffectKey => `attempt:${step}:${attempt}`,
} as const;
