import { InvariantError } from "@writ/core";
import type { Principal } from "@writ/runtime";

/** Who asks, of an operation that is not for everybody. */
export function personOf({ principal }: { readonly principal: Principal | null }): Principal {
  if (principal === null) throw new InvariantError("an operation that needs somebody was called by nobody");
  return principal;
}
