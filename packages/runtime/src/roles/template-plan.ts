import {
  err,
  InvariantError,
  ok,
  planDocument,
  type Json,
  type PlanDocument,
  type Result,
  type StepDocument,
  type ToolSpec,
} from "@writ/core";

import type { PlannerRefusal, PlanRequest } from "../ports/planner.ts";
import { placeholdersOf } from "./parse-template.ts";
import { filledObject, type Values } from "./placeholder.ts";
import type { RankedTemplate } from "./template-match.ts";
import { listed, valuesOf } from "./template-values.ts";
import type { Lexicon } from "./lexicon.ts";
import { CONTEXT, MODEL, type Template, type Variant } from "./template.ts";

/** Whether somebody is there who can write what a template leaves open. */
export type Author = "model" | "none";

export interface TemplateRefusal {
  readonly code: PlannerRefusal;
  readonly message: string;
}

/** The plan a template gives for a goal: values for its holes, its first variant that has all it needs, each step with its tool's tier. */
export function planFrom(
  ranked: RankedTemplate,
  request: PlanRequest,
  author: Author,
  lexicon: Lexicon,
): Result<PlanDocument, TemplateRefusal> {
  const { template, slots } = ranked;
  const read = valuesOf(template, { slots, inputs: request.inputs, today: request.today }, lexicon);
  if (!read.ok) return err({ code: "template_input_invalid", message: read.error.join("; ") });
  const values = withBuiltIn(read.value, request);
  const atHand = (need: string): boolean => (need === MODEL ? author === "model" : values.get(need) !== undefined);
  const variants = template.variants.filter(({ needs }) => request.context.length === 0 || needs.includes(CONTEXT));
  const variant = variants.find(({ needs }) => needs.every(atHand));
  if (variant === undefined) return err(lacking(template, variants, atHand));
  const missing = usedBy(variant).filter((name) => template.parameters.has(name) && !values.has(name));
  if (missing.length > 0) return err(inputMissing(template, missing, "and"));
  const unused = Object.keys(request.inputs).filter((name) => !usedBy(variant).includes(name));
  if (unused.length > 0) {
    return err({
      code: "template_input_invalid",
      message: `the template ${template.id} has no use for the input ${listed(unused)} here; leave it out`,
    });
  }
  const parsed = planDocument.safeParse({
    intent: template.intent,
    steps: variant.steps.map((step) => filledStep(step, values, request.tools)),
    decision_checkpoints: [],
    planner: { kind: "template", ref: template.ref, version: template.version, model_call_ids: [] },
  });
  if (parsed.success) return ok(parsed.data);
  throw new InvariantError("a template that parses gives a plan that parses", {
    template: template.ref,
    issues: parsed.error.issues,
  });
}

function withBuiltIn(values: Values, request: PlanRequest): Values {
  const texts = request.context.map(({ name, text }) => `## ${name}\n\n${text}`);
  return new Map<string, Json | undefined>([
    ...values,
    ["goal", request.goal],
    ["today", request.today],
    [CONTEXT, texts.length === 0 ? undefined : texts.join("\n\n")],
  ]);
}

/** Names of the parameters that placeholders and bindings of a variant read. */
function usedBy({ needs, steps }: Variant): readonly string[] {
  return [...needs, ...steps.flatMap((step) => placeholdersOf(step).map(({ name }) => name))];
}

function filledStep(step: StepDocument, values: Values, tools: readonly ToolSpec[]): unknown {
  if (!("tool" in step)) return step;
  const tier = tools.find(({ name }) => name === step.tool)?.tier;
  return {
    ...step,
    ...(step.params === undefined ? {} : { params: filledObject(step.params, values) }),
    ...(tier === undefined ? {} : { approval_mode: tier }),
  };
}

/** Which refusal: what a model could write is asked from a model or an input, everything else from the person. */
function lacking(template: Template, variants: readonly Variant[], atHand: (need: string) => boolean): TemplateRefusal {
  const lacks = variants.map(({ needs }) => needs.filter((need) => !atHand(need)));
  if (lacks.some((needs) => needs.includes(MODEL))) {
    const files = [...new Set(lacks.flat())].filter((need) => template.parameters.get(need)?.type === "file");
    const hand = files.map((name) => `--input ${name}=FILE`).join(" or ");
    return {
      code: "model_required",
      message: `${template.title} needs an author and no model is configured; ${hand === "" ? "" : `hand it in with ${hand}, or `}connect a model with WRIT_MODEL_URL and WRIT_MODEL: writ config show`,
    };
  }
  const fewest = Math.min(...lacks.map((needs) => needs.length));
  return inputMissing(template, [...new Set(lacks.filter((needs) => needs.length === fewest).flat())], "or");
}

function inputMissing(template: Template, names: readonly string[], join: "and" | "or"): TemplateRefusal {
  const wanted = names.map((name) => `${name} (${template.parameters.get(name)?.says ?? name})`);
  const how = names.map(
    (name) => `--input ${name}=${template.parameters.get(name)?.type === "file" ? "FILE" : "VALUE"}`,
  );
  return {
    code: "template_input_missing",
    message: `${template.title} needs ${wanted.join(` ${join} `)}; say it in the goal, or give it with: ${how.join(join === "or" ? " or " : " ")}`,
  };
}
