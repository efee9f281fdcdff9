import * as z from "zod";

import { documentParam } from "./document-schema.ts";

const limit = z.int().positive().max(100_000);

export const generationParams = z.strictObject({
  /** `summarize`, `write`, `revise`, or in words what else to do, which takes a model. */
  task: z.string().min(1).max(200).default("summarize"),
  instructions: z.string().max(20_000).default(""),
  /** Heading of the text. */
  title: z.string().min(1).max(200).optional(),
  documents: z.array(documentParam).max(200).default([]),
  /** A text of its own, or the draft to revise. */
  text: z.string().max(400_000).optional(),
  sections: z.array(z.string().min(1).max(80)).max(20).default([]),
  max_words: limit.optional(),
  min_words: limit.optional(),
  /** What `eval.score_qa` objected to. */
  findings: z
    .array(z.union([z.string(), z.record(z.string(), z.json())]))
    .max(100)
    .default([]),
});

export type Generation = z.infer<typeof generationParams>;
