import {
  APPROVAL_MODES,
  authorize,
  NO_TRAITS,
  POLICY_MODES,
  type ApprovalMode,
  type Authorization,
  type EpochMs,
  type Policy,
  type PolicyMode,
  type ToolSpec,
} from "@writ/core";

/** What policy answers for a tool of each tier, mode by mode (R2): asked of the very function that decides. */
export interface PolicyMatrix {
  readonly modes: readonly PolicyMode[];
  readonly rows: readonly { readonly tier: ApprovalMode; readonly answers: readonly Authorization["effect"][] }[];
  /** Whether a plan itself waits for a person before its first step, mode by mode. */
  readonly plan: readonly ("gate" | "permit")[];
}

export function policyMatrix(policy: Policy, at: EpochMs): PolicyMatrix {
  const bare: Policy = { ...policy, tools: ["*"], rules: [], lifts: [] };
  const modes = POLICY_MODES.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const answer = (tier: ApprovalMode, mode: PolicyMode): Authorization["effect"] =>
    authorize(bare, { spec: anyTool(tier), tool: ANY, args: {}, mode, gates: [], tainted: false, at }).effect;
  return {
    modes,
    rows: APPROVAL_MODES.map((tier) => ({ tier, answers: modes.map((mode) => answer(tier, mode)) })),
    plan: modes.map((mode) => (mode === "review_required" ? "gate" : "permit")),
  };
}

/** As the rulings print it. */
const ORDER: readonly PolicyMode[] = ["constrained", "review_required", "autonomous"];
const ANY = "any.tool";

/** A tool of a tier of which nothing else is known. */
function anyTool(tier: ApprovalMode): ToolSpec {
  return {
    name: ANY,
    version: "1",
    summary: "",
    inputSchema: {},
    outputSchema: {},
    tier,
    idempotency: "none",
    traits: NO_TRAITS,
  };
}
