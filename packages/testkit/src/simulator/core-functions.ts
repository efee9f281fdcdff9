import { beginEntry, canSettle, decide, evolve, settle } from "@writ/core";

/** The functions a run is driven by. A planted bug replaces one of them; nothing in production looks here. */
export interface CoreFunctions {
  readonly decide: typeof decide;
  readonly settle: typeof settle;
  readonly evolve: typeof evolve;
  readonly canSettle: typeof canSettle;
  readonly beginEntry: typeof beginEntry;
}

export const CORE: CoreFunctions = { decide, settle, evolve, canSettle, beginEntry };
