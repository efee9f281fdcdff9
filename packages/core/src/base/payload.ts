import type { Commit } from "./digest.ts";
import { InvariantError, OrchestratorError } from "./error.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parseJson } from "./parsed-json.ts";
import { utf8Text } from "./utf8.ts";

/** Bytes of a payload whose text is kept beside its value. */
const SHORT = 256;

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
  /** What was sealed, where it is short and was looked at: decisions read the value, the loop guard its text. */
  #text: string | undefined;

  private constructor(commit: Commit, form: PayloadForm, size: number, stored: Uint8Array | null) {
    this.commit = commit;
    this.form = form;
    this.size = size;
    this.#stored = stored;
  }

  /** A value that was just sealed. @param text what was sealed: its canonical JSON, or the text itself */
  static fresh(commit: Commit, form: "json" | "text", size: number, value: Json, text: string): Payload {
    const payload = new Payload(commit, form, size, null);
    payload.#value = value;
    if (size <= SHORT) payload.#text = text;
    return payload;
  }

  static bytes(commit: Commit, bytes: Uint8Array): Payload {
    return new Payload(commit, "bytes", bytes.length, bytes);
  }

  /** From a store; `stored` is null once the value was erased. */
  static stored(commit: Commit, form: PayloadForm, size: number, stored: Uint8Array | null): Payload {
    return new Payload(commit, form, size, stored);
  }

  get isErased(): boolean {
    return this.#stored === null && this.#value === undefined;
  }

  /** @throws OrchestratorError `replay_input_missing` when the value was erased */
  json(): Json {
    if (this.#value === undefined) this.#value = this.#parsed();
    return this.#value;
  }

  /** The canonical JSON of the value, without reading it where it came from a store. */
  canonical(): string {
    if (this.form !== "json" || (this.#text === undefined && this.#stored === null)) return canonicalJson(this.json());
    return this.#sealed();
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
    if (this.form === "bytes") throw new InvariantError("bytes are not JSON", { commit: this.commit });
    const text = this.#sealed();
    return this.form === "text" ? text : parseJson(text);
  }

  #sealed(): string {
    if (this.#text !== undefined) return this.#text;
    const text = utf8Text(this.raw());
    if (this.size <= SHORT) this.#text = text;
    return text;
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
