import { stepDocument } from "@writ/core";
import * as z from "zod";

import type { TemplateOrigin } from "./template-file.ts";
import type { Utterance } from "./utterance.ts";

export const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,39}$/;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const INTENT = /^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/;

const says = z.string().min(1).max(400);

/**
 * What a template can be told, and how it is recognised in a goal:
 *
 * - `hours`: a span of time up to now; a number of hours in the plan
 * - `text`: the words between the words of the utterance; a quotation among them stands for itself
 * - `topic`: the same, of what only names something; a word that begins to ask for something else breaks the match
 * - `path`, `glob`: a path in the workspace; a folder becomes the pattern of all below it
 * - `number`
 * - `argv`: a command in quotation marks, as a list of arguments
 * - `file`: what a file holds; only as an input, never in a goal
 */
export const PARAMETER_TYPES = ["hours", "text", "topic", "path", "glob", "number", "argv", "file"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** Whether a type takes running words, which fit anything. */
export function isRunning(type: ParameterType | undefined): boolean {
  return type === "text" || type === "topic";
}

const parameter = z.strictObject({
  type: z.enum(PARAMETER_TYPES),
  /** Null leaves out what would hold it; a parameter without a default must be given where it is used. */
  default: z.union([z.string(), z.number(), z.array(z.string()), z.null()]).optional(),
  /** The most words of a `text` or `topic`. */
  max_words: z.int().positive().optional(),
  says,
});

export type Parameter = z.infer<typeof parameter>;

/** Needs beside parameters: a model to write something, or texts given along. */
export const MODEL = "model";
export const CONTEXT = "context";

const variant = z.strictObject({
  /** The variant stands only where all of these are at hand; the first that stands is taken. */
  needs: z.array(z.string().regex(PARAMETER_NAME)).default([]),
  steps: z.array(stepDocument).min(1).max(50),
});

export type Variant = z.infer<typeof variant>;

/** A template as a person writes it. */
export const templateDocument = z.strictObject({
  id: z.string().regex(ID, "an id has lower-case letters, digits and hyphens").max(60),
  version: z.string().min(1).max(20),
  title: z.string().min(1).max(80),
  says,
  intent: z.string().regex(INTENT, "an intent is a dotted name such as docs.daily_brief"),
  /** Ways to say it, with parameters in braces. The first is shown to people. */
  utterances: z.array(z.string().min(1).max(200)).min(1).max(60),
  parameters: z.record(z.string().regex(PARAMETER_NAME), parameter).default({}),
  variants: z.array(variant).min(1).max(10),
});

export type TemplateDocument = z.infer<typeof templateDocument>;

/** A plan with holes, and the ways in which a person asks for it. */
export interface Template {
  readonly id: string;
  /** What stands in a plan as its author: the id, or `workspace:` and the id. */
  readonly ref: string;
  readonly version: string;
  readonly title: string;
  readonly says: string;
  readonly intent: string;
  readonly origin: TemplateOrigin;
  readonly utterances: readonly Utterance[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly variants: readonly Variant[];
}
