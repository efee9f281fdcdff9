import type { Answers, Spending } from "./answers.ts";
import type { Tokens } from "./tokens.ts";

/** What doors keep over a restart. It stands beside the log: nothing follows from it, and a log without it is whole. */
export interface Doors {
  readonly tokens: Tokens;
  readonly answers: Answers;
  readonly spending: Spending;
}
