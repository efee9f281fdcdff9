/** The one-time code that `writ serve` put behind the page's address, as `#code=…`; null where there is none. */
export function codeIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("code");
}

/** Where to go after the login: a path of this page and nothing else. */
export function safeTarget(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[^\\]*$/.test(to) && !to.startsWith("/login") ? to : "/runs";
}
