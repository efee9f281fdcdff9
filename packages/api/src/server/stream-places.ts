import { OrchestratorError } from "@writ/core";

const OF_TOKEN = 256;
const OF_ALL = 1_000;

/** How many streams are open, by whom: a connection that stays is not to be had without end. */
export class StreamPlaces {
  readonly #open = new Map<string, number>();
  #all = 0;

  /** @returns gives the place back. @throws OrchestratorError `streams_exhausted` */
  take(tokenId: string): () => void {
    const own = this.#open.get(tokenId) ?? 0;
    if (own >= OF_TOKEN || this.#all >= OF_ALL)
      throw new OrchestratorError(
        "streams_exhausted",
        `${own >= OF_TOKEN ? "this token" : "this server"} has as many streams open as it may; end one, or ask for pages`,
        { details: { retry_after_s: 5 } },
      );
    this.#open.set(tokenId, own + 1);
    this.#all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#all -= 1;
      const left = (this.#open.get(tokenId) ?? 1) - 1;
      if (left === 0) this.#open.delete(tokenId);
      else this.#open.set(tokenId, left);
    };
  }
}
