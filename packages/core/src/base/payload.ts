import type { Commit } from "./digest.ts";
import { InvariantError, OrchestratorError } from "./error.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject } from "./json.ts";

/** Stands where the bytes of an erased payload were. */
export const ERASED = Symbol("erased");

export type PayloadForm = "json" | "text" | "bytes";
export type PayloadContent = Json | Uint8Array | typeof ERASED;

/**
 * A value that may have to be erased, together with the salted commitment that
 * stands for it in the journal. Two payloads are the same when their
 * commitments are.
 */
export class Payload {
  readonly commit: Commit;
  readonly form: PayloadForm;
  /** Length of the sealed bytes. */
  readonly size: number;
  readonly content: PayloadContent;

  constructor(commit: Commit, form: PayloadForm, size: number, content: PayloadContent) {
    this.commit = commit;
    this.form = form;
    this.size = size;
    this.content = content;
  }

  get isErased(): boolean {
    return this.content === ERASED;
  }

  /** @throws OrchestratorError `replay_input_missing` when the value was erased */
  json(): Json {
    if (this.content === ERASED) throw new OrchestratorError("replay_input_missing", "a value this decision read was erased", { details: { commit: this.commit } });
    if (this.content instanceof Uint8Array) throw new InvariantError("bytes are not JSON", { commit: this.commit });
    return this.content;
  }

  object(): JsonObject {
    const value = this.json();
    if (!isJsonObject(value)) throw new InvariantError("the payload is not an object", { commit: this.commit });
    return value;
  }

  bytes(): Uint8Array {
    if (this.content === ERASED) throw new OrchestratorError("replay_input_missing", "a value this decision read was erased", { details: { commit: this.commit } });
    if (!(this.content instanceof Uint8Array)) throw new InvariantError("the payload holds no bytes", { commit: this.commit });
    return this.content;
  }

  text(): string {
    const value = this.json();
    if (typeof value !== "string") throw new InvariantError("the payload is not text", { commit: this.commit });
    return value;
  }
}

/** Gives values their commitments, each with a salt of its own. A replay hands in one that deals the recorded salts. */
export interface Sealer {
  json(value: Json): Payload;
  text(value: string): Payload;
  bytes(value: Uint8Array): Payload;
}
