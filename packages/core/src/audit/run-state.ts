import type { Json, JsonObject } from "../base/json.ts";
import type { FindingCode } from "./finding.ts";
import type { Audit } from "./platform.ts";
import type { Expected } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** A run as far as the log has shown it. */
export interface RunState {
  readonly approvals: Map<Json | undefined, Approval>;
  version: number;
  at: number;
  facts: number;
  started?: JsonObject;
  /** `plan` and `plan_commit` of the plan proposed last, and of the one in force. */
  proposed?: JsonObject;
  plan?: Expected;
  ended?: JsonObject;
}

/** An approval as far as the log has shown it. */
export interface Approval {
  readonly binding: JsonObject;
  readonly bindingHash: Json | undefined;
  /** The last decision, a fact's type. */
  decision?: Json | undefined;
  /** The attempt that was started last. */
  started?: JsonObject;
}

/** What the facts of runs are compared with. */
export interface RunScene {
  readonly audit: Audit;
  readonly tenant: string;
  /** By commitment. */
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  /** By digest. */
  readonly documents: ReadonlyMap<string, Json>;
  /** Whether all entries of each run are there; a receipt holds those of one approval. */
  readonly isComplete: boolean;
}

/** One fact where it stands. */
export interface Moment extends RunScene {
  readonly runs: ReadonlyMap<string, RunState>;
  readonly run: RunState;
  readonly entry: Entry;
  readonly fact: JsonObject;
  /** Notes what does not hold of the fact; `pointer` leads into it. */
  readonly object: (code: FindingCode, pointer?: string) => void;
}

/** The rules of facts, by type. */
export type Rules = Readonly<Record<string, (moment: Moment) => void>>;
