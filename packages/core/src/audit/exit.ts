type Exits = Readonly<Record<string, number>>;

/** Findings that do not say that something was changed: no bundle or a newer format is 2, a head that cannot be connected 1. */
const EXITS: Exits = { bundle_not_found: 2, bundle_unsupported: 2, last_seen_malformed: 2, consistency_unavailable: 1 };

/** 0 if there is no finding, else that of the gravest: 5 if something was changed. */
export const exitOf = (codes: readonly string[]): number =>
  codes.reduce((exit, code) => Math.max(exit, EXITS[code] ?? 5), 0);
