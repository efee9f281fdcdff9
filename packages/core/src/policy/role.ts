/** What a caller may be let to do, from looking to everything. */
export const CAPABILITIES = ["read", "work", "decide", "prove", "administer"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Who a token speaks for, in one word. */
export const ROLES = ["viewer", "operator", "approver", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What each role may do: the source of the tests, and of the table in the documentation. */
export const GRANTS: Readonly<Record<Role, readonly Capability[]>> = {
  viewer: ["read"],
  operator: ["read", "work"],
  approver: ["read", "decide"],
  auditor: ["read", "prove"],
  admin: ["read", "work", "decide", "prove", "administer"],
};

/** What only a person may do, whatever the role (R5): a token that was made for a program is refused. */
export const PERSONAL: readonly Capability[] = ["decide", "administer"];

export const PRINCIPAL_KINDS = ["user", "agent", "service"] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

export function may(principal: { readonly role: Role; readonly kind: PrincipalKind }, wanted: Capability): boolean {
  if (principal.kind !== "user" && PERSONAL.includes(wanted)) return false;
  return GRANTS[principal.role].includes(wanted);
}
