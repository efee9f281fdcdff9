/** A request that names itself, so that asking again comes to the same. */
export interface AskedOnce {
  /** Whose request it is. */
  readonly token_id: string;
  /** The name its caller gave it. */
  readonly name: string;
  /** SHA-256 of what was asked: method, path and body. */
  readonly fingerprint: string;
  readonly at_ms: number;
  /** What tells after a crash whether it had been carried out; JSON. */
  readonly trace: string;
}

export interface GivenAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request that was made before. */
export interface AskedBefore extends AskedOnce {
  /** Null where nobody was answered yet, or the process ended before. */
  readonly answer: GivenAnswer | null;
}

/** What was answered to requests that name themselves; kept for a day. It stands beside the log. */
export interface Answers {
  /** Durable before it answers. @returns null where the name is new, else what was asked under it */
  begin(asked: AskedOnce): Promise<AskedBefore | null>;
  finish(asked: Pick<AskedOnce, "token_id" | "name">, answer: GivenAnswer): Promise<void>;
  /** Nothing came of it: its name is free again. */
  drop(asked: Pick<AskedOnce, "token_id" | "name">): Promise<void>;
  /** Forgets what was asked before an instant. */
  forget(beforeMs: number): Promise<void>;
}

/** How much of a minute's allowance is used up, by whom; written now and then, so that a restart does not give it back. */
export interface Spending {
  read(): Promise<readonly SpentRow[]>;
  write(rows: readonly SpentRow[]): Promise<void>;
}

export interface SpentRow {
  readonly who: string;
  /** Requests that may still be made at once. */
  readonly left: number;
  readonly at_ms: number;
}
