import type { Commit } from "./digest.ts";
import { InvariantError, OrchestratorError } from "./error.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parseJson } from "./parsed-json.ts";
import { utf8Text } from "./utf8.ts";

export type PayloadForm = "json" | "text" | "bytes";

/**
 * A value that may have to be erased, together with the salted commitment that
 * stands for it in the journal. Two payloads are the same when their
 * commitments are. Read from a store it is parsed when somebody looks.
 */
export class Payload {
  readonly commit: Commit;
  readonly form: PayloadForm;
  /** Length of the sealed bytes. */
  readonly size: number;
  readonly #stored: Uint8Array | null;
  #value: Json | undefined;

  private constructor(
    commit: Commit,
    form: PayloadForm,
    size: number,
    stored: Uint8Array | null,
    value: Json | undefined,
  ) {
    this.commit = commit;
    this.form = form;
    this.size = size;
    this.#stored = stored;
    this.#value = value;
  }

  /** A value that was just sealed. */
  static fresh(commit: Commit, form: "json" | "text", size: number, value: Json): Payload {
    return new Payload(commit, form, size, null, value);
  }

  static bytes(commit: Commit, bytes: Uint8Array): Payload {
    return new Payload(commit, "bytes", bytes.length, bytes, undefined);
  }

  /** From a store; `stored` is null once the value was erased. */
  static stored(commit: Commit, form: PayloadForm, size: number, stored: Uint8Array | null): Payload {
    return new Payload(commit, form, size, stored, undefined);
  }

  get isErased(): boolean {
    return this.#stored === null && this.#value === undefined;
  }

  /** @throws OrchestratorError `replay_input_missing` when the value was erased */
  json(): Json {
    if (this.#value === undefined) this.#value = this.#parsed();
    return this.#value;
  }

  /** The canonical JSON that was sealed, without reading it where it came from a store. */
  canonical(): string {
    return this.#stored === null || this.form !== "json" ? canonicalJson(this.json()) : utf8Text(this.#stored);
  }

  object(): JsonObject {
    const value = this.json();
    if (!isJsonObject(value)) throw new InvariantError("the payload is not an object", { commit: this.commit });
    return value;
  }

  text(): string {
    const value = this.json();
    if (typeof value !== "string") throw new InvariantError("the payload is not text", { commit: this.commit });
    return value;
  }

  raw(): Uint8Array {
    if (this.#stored === null) throw this.#missing();
    return this.#stored;
  }

  #parsed(): Json {
    if (this.#stored === null) throw this.#missing();
    if (this.form === "bytes") throw new InvariantError("bytes are not JSON", { commit: this.commit });
    const text = utf8Text(this.#stored);
    return this.form === "text" ? text : parseJson(text);
  }

  #missing(): OrchestratorError {
    return new OrchestratorError(
      "replay_input_missing",
      "a value this decision read was erased; the proofs still hold, the decision cannot be derived again",
      {
        details: { commit: this.commit },
      },
    );
  }
}

/** Gives values their commitments, each with a salt of its own. A replay hands in one that deals the recorded salts. */
export interface Sealer {
  json(value: Json): Payload;
  text(value: string): Payload;
  bytes(value: Uint8Array): Payload;
}
