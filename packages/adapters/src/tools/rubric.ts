import * as z from "zod";

const weight = z.int().min(1).max(100).default(1);
const common = {
  /** Names the item in the answer; its kind and place when left out. */
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/)
    .optional(),
  weight,
  /** The text does not pass without it, whatever its score. */
  required: z.boolean().default(false),
};

const count = z.int().nonnegative().max(1_000_000);
const title = z.string().min(1).max(200);
const pattern = {
  pattern: z.string().min(1).max(1_000),
  mode: z.enum(["literal", "regex"]).default("literal"),
  case: z.enum(["sensitive", "insensitive"]).default("insensitive"),
};

export const rubricItem = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("min_words"), value: count, ...common }),
  z.strictObject({ kind: z.literal("max_words"), value: count, ...common }),
  /** A Markdown heading with that title and something below it. */
  z.strictObject({ kind: z.literal("section"), title, ...common }),
  /** A line that matches, outside of nothing: code counts too. */
  z.strictObject({ kind: z.literal("must_match"), ...pattern, ...common }),
  z.strictObject({ kind: z.literal("must_not_match"), ...pattern, ...common }),
  z.strictObject({
    kind: z.literal("bullets"),
    min: count.default(1),
    max: count.optional(),
    section: title.optional(),
    ...common,
  }),
  /** List items below the heading, or open check boxes anywhere. */
  z.strictObject({
    kind: z.literal("action_items"),
    min: count.default(1),
    section: title.default("Action items"),
    ...common,
  }),
]);

export const rubric = z.strictObject({
  id: z.string().min(1).max(100).default("rubric"),
  version: z.string().min(1).max(40).default("1"),
  items: z
    .array(rubricItem)
    .min(1)
    .max(100)
    .refine((items) => {
      const ids = items.flatMap(({ id }) => id ?? []);
      return new Set(ids).size === ids.length;
    }, "an id is given twice"),
});

export type Rubric = z.infer<typeof rubric>;
export type RubricItem = z.infer<typeof rubricItem>;
