import { OrchestratorError, type Hasher } from "@writ/core";
import type { Answers, Clock, GivenAnswer } from "@writ/runtime";

const KEY = /^[!-~]{1,255}$/;
const KEPT_MS = 86_400_000;

/** A request that may be made again under the same name. */
export interface NamedRequest {
  readonly tokenId: string;
  /** What its caller calls it: the header. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** Canonical JSON. */
  readonly body: string;
}

export interface Attempted {
  readonly answer: GivenAnswer;
  readonly isReplay: boolean;
}

/**
 * Carries a request out once, however often it is made under its name: the same
 * answer again, while it is under way a refusal, and for another request under
 * the same name a refusal, too. What the process did not live to answer is told
 * by the trace it left.
 */
export class Idempotency {
  readonly #answers: Answers;
  readonly #clock: Clock;
  readonly #hash: Hasher;
  readonly #underWay = new Set<string>();
  #sweptAt = 0;

  constructor(answers: Answers, clock: Clock, hash: Hasher) {
    this.#answers = answers;
    this.#clock = clock;
    this.#hash = hash;
  }

  /**
   * @param trace what the act leaves behind that tells that it was carried out; JSON
   * @param recover what an earlier process came to, by its trace; null where it did not come to it
   * @param act carries it out; what it throws is answered, and its name is free again
   * @throws OrchestratorError `idempotency_key_malformed`, `idempotency_in_flight`, `idempotency_key_reused`
   */
  async once(
    request: NamedRequest,
    trace: string,
    recover: (trace: string) => Promise<GivenAnswer | null>,
    act: (trace: string) => Promise<GivenAnswer>,
  ): Promise<Attempted> {
    const { tokenId: token_id, key: name, method, path, body } = request;
    if (!KEY.test(name))
      throw new OrchestratorError(
        "idempotency_key_malformed",
        "an Idempotency-Key has 1 to 255 visible ASCII characters; send such a one",
      );
    const asked = { token_id, name };
    const place = JSON.stringify([token_id, name]);
    if (this.#underWay.has(place)) throw inFlight();
    this.#underWay.add(place);
    try {
      await this.#sweep();
      const fingerprint = this.#hash.sha256Hex(`${method}\n${path}\n${body}`);
      const before = await this.#answers.begin({ ...asked, fingerprint, at_ms: this.#clock.now(), trace });
      if (before !== null && before.fingerprint !== fingerprint)
        throw new OrchestratorError(
          "idempotency_key_reused",
          "another request was made under this Idempotency-Key; send this one under a new key",
        );
      if (before?.answer != null) return { answer: before.answer, isReplay: true };
      const recovered = before === null ? null : await recover(before.trace);
      const answer = recovered ?? (await this.#acted(asked, before?.trace ?? trace, act));
      await this.#answers.finish(asked, answer);
      return { answer, isReplay: recovered !== null };
    } finally {
      this.#underWay.delete(place);
    }
  }

  async #acted(
    asked: { readonly token_id: string; readonly name: string },
    trace: string,
    act: (trace: string) => Promise<GivenAnswer>,
  ): Promise<GivenAnswer> {
    try {
      return await act(trace);
    } catch (error) {
      await this.#answers.drop(asked);
      throw error;
    }
  }

  /** Once an hour, what is older than a day. */
  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#sweptAt < KEPT_MS / 24) return;
    this.#sweptAt = now;
    await this.#answers.forget(now - KEPT_MS);
  }
}

function inFlight(): OrchestratorError {
  return new OrchestratorError(
    "idempotency_in_flight",
    "a request under this Idempotency-Key is being carried out; ask again in a second",
    { details: { retry_after_s: 1 } },
  );
}
