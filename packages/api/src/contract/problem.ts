import * as z from "zod";
import { problem as objection } from "./error.ts";

/** What went wrong, as RFC 9457 has it, with the code of its page and what to do next. */
export const problem = z.object({
  type: z.string().describe("the error's page, /errors/<code>: the same for good"),
  title: z.string().describe("the error in a few words, the same for every occurrence"),
  status: z.int(),
  detail: z.string().describe("one sentence about this occurrence, with what to do"),
  instance: z.string().describe("the request this answers, its id"),
  code: z.string(),
  retryable: z.boolean(),
  next: z.array(z.string()).describe("requests that lead on"),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
  problems: z.array(objection).describe("every objection at once"),
});

export type ProblemDocument = z.infer<typeof problem>;
