import { count } from "@writ/core/schema/scalar";
import * as z from "zod";

/** One objection to an input. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  severity: z.enum(["error", "warn"]).optional(),
  place: z
    .object({
      file: z.string().optional(),
      line: z.int().positive().optional(),
      column: z.int().positive().optional(),
      step: z.string().optional(),
      field: z.string().optional(),
    })
    .optional(),
  remedy: z.string().optional(),
});

export const failure = z.object({
  error: z.object({
    code: z.string().describe("has a page: writ explain <code>"),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
    problems: z.array(problem).describe("every objection at once"),
    exit: z.int().min(1).max(5),
  }),
});

/** What policy answers, in one word. */
export const decision = z.enum(["permit", "self", "gate", "forbid"]);

export const explanation = z.object({
  code: z.string(),
  exit: z.int().nullable(),
  status: count.nullable(),
  retryable: z.boolean().nullable(),
  page: z.string(),
});
