import type { Answer } from "@writ/api/contract/forms";
import { OrchestratorError, type RunId, type Rules, type StoredEntry, type VerifierPlatform } from "@writ/core";
import { readRules, runNotFound, type RunDesk } from "@writ/runtime";
import type { ServerLine } from "./server-line.ts";

/** Journals of a server: entries as they are stored there, so that each is held against its commitments here. */
export class RemoteJournal {
  readonly #line: ServerLine;
  readonly #platform: VerifierPlatform;
  readonly #rules = new Map<RunId, Promise<Rules>>();

  constructor(line: ServerLine, platform: VerifierPlatform) {
    this.#line = line;
    this.#platform = platform;
  }

  readonly read: RunDesk["store"]["journal"]["read"] = async (run, from = 1, through = Number.MAX_SAFE_INTEGER) => {
    const entries: StoredEntry[] = [];
    for (let next: number | null = from; next !== null && next <= through;) {
      const page = await this.#page(run, next);
      entries.push(...page.items.map((item) => this.#entry(run, item)));
      next = page.next_from;
    }
    return entries.filter(({ version }) => (version ?? 0) <= through);
  };

  /** @throws OrchestratorError `run_not_found`, `rules_unknown` */
  rulesOf(run: RunId): Promise<Rules> {
    const known = this.#rules.get(run);
    if (known !== undefined) return known;
    const asked = this.#askRules(run);
    this.#rules.set(run, asked);
    return asked;
  }

  async #askRules(run: RunId): Promise<Rules> {
    try {
      return readRules(this.#platform, await this.#line.call("get_task_rules", { params: { id: run } }));
    } catch (error) {
      this.#rules.delete(run);
      if (isUnknownRun(error)) throw runNotFound(run);
      throw error;
    }
  }

  /** Nothing of a run that is not there, as every journal answers. */
  async #page(run: RunId, from: number): Promise<Answer<"get_journal">> {
    try {
      return await this.#line.call("get_journal", { params: { id: run }, query: { from } });
    } catch (error) {
      if (isUnknownRun(error)) return { items: [], next_from: null };
      throw error;
    }
  }

  #entry(run: RunId, { seq, version, bytes, payloads }: Answer<"get_journal">["items"][number]): StoredEntry {
    const bytesOf = (text: string | null): Uint8Array | null =>
      text === null ? null : (this.#platform.fromBase64(text) ?? null);
    return {
      seq,
      run,
      version,
      bytes,
      payloads: payloads.map(({ n, salt, bytes: payload }) => ({ n, salt: bytesOf(salt), bytes: bytesOf(payload) })),
    };
  }
}

function isUnknownRun(error: unknown): boolean {
  return error instanceof OrchestratorError && error.code === "run_not_found";
}
