import { Worker } from "node:worker_threads";

import { ToolFailure } from "@writ/runtime";

/** Where a line matched: its index and the column of the first match, both from 0. */
export type LineMatch = readonly [line: number, column: number];

/** Finds matching lines, text by text; at most `most` in each. */
export interface LineSearch extends AsyncDisposable {
  find(texts: readonly string[], most: number): Promise<readonly (readonly LineMatch[])[]>;
}

/** The words as they stand. Without repetition in the pattern its time grows with the text alone. */
export function literalSearch(words: string, flags: "u" | "iu"): LineSearch {
  const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replaceAll("\\-", "-"), flags);
  return {
    find: async (texts, most) => texts.map((text) => matchesIn(text, pattern, most)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function matchesIn(text: string, pattern: RegExp, most: number): readonly LineMatch[] {
  const found: LineMatch[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const column = line.search(pattern);
    if (column !== -1) found.push([at, column]);
    if (found.length === most) break;
  }
  return found;
}

/** What the thread runs, as text: a bundle has no file to start it from. The same as `matchesIn`. */
const THREAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  const pattern = new RegExp(workerData.source, workerData.flags);
  parentPort.on("message", ({ texts, most }) => {
    parentPort.postMessage(texts.map((text) => {
      const found = [];
      for (const [at, line] of text.split("\\n").entries()) {
        const column = line.search(pattern);
        if (column !== -1) found.push([at, column]);
        if (found.length === most) break;
      }
      return found;
    }));
  });
`;
const THREAD_MEMORY_MB = 128;

/**
 * A regular expression, in a thread of its own that is ended when `signal` aborts: some expressions take longer
 * than the universe has time, and nothing else could stop them.
 *
 * @throws ToolFailure `schema_mismatch` if it is no expression
 */
export function expressionSearch(source: string, flags: "u" | "iu", signal: AbortSignal): LineSearch {
  checkExpression(source, flags);
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { source, flags },
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
  });
  return {
    find: async (texts, most) => await answerOf(worker, { texts, most }, signal),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}

function checkExpression(source: string, flags: string): void {
  try {
    RegExp(source, flags);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ToolFailure("schema_mismatch", `the query is no regular expression: ${error.message}`, {
      cause: error,
      remedy: "Escape it, or search for it literally with mode: literal.",
    });
  }
}

async function answerOf(
  worker: Worker,
  question: { readonly texts: readonly string[]; readonly most: number },
  signal: AbortSignal,
): Promise<readonly (readonly LineMatch[])[]> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      worker.removeAllListeners("message").removeAllListeners("error");
      end();
    };
    const onAbort = (): void => settle(() => reject(errorOf(signal.reason)));
    signal.addEventListener("abort", onAbort, { once: true });
    worker.once("message", (found: readonly (readonly LineMatch[])[]) => settle(() => resolve(found)));
    worker.once("error", (error) => settle(() => reject(errorOf(error))));
    worker.postMessage(question, []);
  });
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
