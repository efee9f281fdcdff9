import { actor, count, instant, runId } from "@writ/core/schema/scalar";
import * as z from "zod";
import { limit } from "./task.ts";

/** An entry of the journal in a CloudEvents 1.0 envelope; its id is its position, so ids follow each other without a gap. */
export const event = z.object({
  specversion: z.literal("1.0"),
  id: z
    .string()
    .regex(/^[0-9]+$/)
    .describe("position in the log"),
  source: z.string().describe("the log, as a URN"),
  type: z.enum(["dev.writ.run.entry", "dev.writ.log.entry"]),
  subject: z.string().describe("the task's id, or the log's"),
  time: instant,
  datacontenttype: z.literal("application/json"),
  data: z.object({
    run_id: runId.nullable(),
    version: count.nullable().describe("place in the task's journal, from 1"),
    actor: actor.partial({ session: true }),
    input: z.string().nullable().describe("what brought it about, such as approve"),
    facts: z
      .array(z.looseObject({ type: z.string() }))
      .describe("as they stand in the journal, payloads by commitment"),
  }),
});

export type EventDocument = z.infer<typeof event>;

/** What a stream says in the place of events it left out, because whoever reads was too slow. */
export const gap = z.object({
  from: count.describe("the first position that was left out"),
  to: count.describe("the last one; the stream goes on behind it"),
});

export const eventQuery = z.strictObject({
  after: z.coerce.number().int().min(-1).optional().describe("positions behind this one; -1 is from the first"),
  limit,
});

export const eventPage = z.object({
  items: z.array(event),
  next_after: count.nullable().describe("`after` of the next page; null at the end"),
});
