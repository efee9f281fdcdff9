/** A key that no other request has: the same request sent twice carries it twice. */
export function freshKey(): string {
  return crypto.randomUUID();
}
