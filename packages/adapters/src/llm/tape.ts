import { canonicalJson, OrchestratorError, parseStrict, type Digest } from "@writ/core";
import type { LlmAnswer } from "@writ/runtime";
import * as z from "zod";

/** What was asked, by digest, and what was answered. */
export interface Take {
  readonly call: Digest;
  readonly answer: LlmAnswer;
}

const take = z.strictObject({
  call: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  answer: z.strictObject({
    text: z.string(),
    model: z.string(),
    finish: z.enum(["stop", "length", "other"]),
    structure: z.enum(["schema", "json", "text"]),
    usage: z.strictObject({
      inputTokens: z.int().nonnegative(),
      outputTokens: z.int().nonnegative(),
      costMillicents: z.int().nonnegative(),
      counted: z.enum(["endpoint", "estimate"]),
    }),
  }),
});

/** One line of a tape, with its newline. */
export function tapeLine({ call, answer }: Take): string {
  const { inputTokens, outputTokens, costMillicents, counted } = answer.usage;
  const usage = { inputTokens, outputTokens, costMillicents, counted };
  const { text, model, finish, structure } = answer;
  return `${canonicalJson({ call, answer: { text, model, finish, structure, usage } })}\n`;
}

/**
 * The takes of a tape, in the order in which they were given.
 *
 * @throws OrchestratorError `model_answer_not_recorded` naming the first line that is no take: a tape is whole or useless
 */
export function parseTape(tape: string): readonly Take[] {
  return tape.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    const parsed = take.safeParse(parseLine(line, index));
    if (!parsed.success) throw broken(index, parsed.error);
    return [parsed.data];
  });
}

function parseLine(line: string, index: number): unknown {
  try {
    return parseStrict(line);
  } catch (error) {
    if (error instanceof OrchestratorError) throw broken(index, error);
    throw error;
  }
}

function broken(index: number, cause: unknown): OrchestratorError {
  return new OrchestratorError(
    "model_answer_not_recorded",
    `line ${String(index + 1)} of the recording is no answer; record again`,
    {
      details: { line: index + 1 },
      cause,
    },
  );
}
