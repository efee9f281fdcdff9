/** Findings that say the input is not a bundle we can read, not that it was changed. */
const NOT_READABLE: readonly string[] = ["bundle_not_found", "bundle_unsupported", "last_seen_malformed"];

export type Exit = 0 | 1 | 2 | 5;

/**
 * 0 everything holds; 1 nothing contradicts, but the last-seen head could not
 * be connected; 2 no bundle, or a newer format; 5 something was changed.
 */
export function exitOf(code: string): Exit {
  if (code === "consistency_unavailable") return 1;
  return NOT_READABLE.includes(code) ? 2 : 5;
}
