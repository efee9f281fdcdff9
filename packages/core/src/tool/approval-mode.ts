/** How far a tool can act, ordered by reach. */
export const APPROVAL_MODES = ["read_only", "local_write", "network", "delegated", "destructive"] as const;

/** A tool's tier. An unknown or undeclared tool is `destructive`. */
export type ApprovalMode = (typeof APPROVAL_MODES)[number];

const REACH: Readonly<Record<ApprovalMode, number>> = {
  read_only: 0,
  local_write: 1,
  network: 2,
  delegated: 3,
  destructive: 4,
};

export function reaches(mode: ApprovalMode, floor: ApprovalMode): boolean {
  return REACH[mode] >= REACH[floor];
}

export function furthest(a: ApprovalMode, b: ApprovalMode): ApprovalMode {
  return REACH[a] >= REACH[b] ? a : b;
}
