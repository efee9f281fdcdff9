import { budgetDocument, parseId, POLICY_MODES, UNDO_DOOR, type JsonObject } from "@writ/core";
import * as z from "zod";

const amount = z.int().nonnegative();
/** What crosses the inbox was parsed from JSON; only its shape is left to see. */
const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** A new run, as a door asks for it. */
export const createDocument = z.strictObject({
  method: z.literal("create"),
  goal: z.string(),
  plan: jsonObject.nullable(),
  author: z.enum(["person", "program"]).nullable(),
  inputs: jsonObject,
  context: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  door: z.string().refine((door) => door !== UNDO_DOOR, "an undo is asked for by its own method"),
  mode: z.enum(POLICY_MODES).nullable(),
  budget: budgetDocument,
  approvalTtlMs: amount.nullable(),
  deadlineAtMs: amount.nullable(),
  begin: z.boolean(),
  /** The id it is to have, for who must know it beforehand; null for a new one. */
  run: z
    .string()
    .refine((text) => parseId("run", text).ok, "not a run's full id")
    .nullable(),
});

export type CreateRequest = z.infer<typeof createDocument>;

/** A run that begins at once, planned from its goal, under the bounds of the workspace, but for what is said otherwise. */
export function createRequest(wanted: Pick<CreateRequest, "goal" | "door"> & Partial<CreateRequest>): CreateRequest {
  return {
    method: "create",
    plan: null,
    author: null,
    inputs: {},
    context: [],
    mode: null,
    budget: {},
    approvalTtlMs: null,
    deadlineAtMs: null,
    begin: true,
    run: null,
    ...wanted,
  };
}
