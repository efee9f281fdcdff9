import type { Hasher } from "@writ/core";

/** The cookie of a browser that logged in. */
export const LOGIN_COOKIE = "writ_login";

/** What a page proves with that it is ours: another site has the cookie sent, and cannot read this. */
export function csrfOf(hash: Hasher, credential: string): string {
  return hash.sha256Hex(`writ/csrf/v1\n${credential}`);
}
