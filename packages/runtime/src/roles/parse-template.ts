import { err, lowerPlan, ok, type Json, type Problem, type Result, type StepDocument } from "@writ/core";

import type { Lexicon } from "./lexicon.ts";
import { isForm, placeholdersIn } from "./placeholder.ts";
import { malformed, readYaml } from "./read-yaml.ts";
import type { TemplateFile } from "./template-file.ts";
import { CONTEXT, MODEL, templateDocument, type Template, type TemplateDocument, type Variant } from "./template.ts";
import { parseUtterance, type Utterance } from "./utterance.ts";

/** Placeholders every template has: the goal as it was said, the date, and the texts given along. */
export const BUILT_IN = ["goal", "today", "context"] as const;

/** Problems have the code `template_malformed`; a template with any of them is not used at all. */
export function parseTemplate(file: TemplateFile, lexicon: Lexicon): Result<Template, readonly Problem[]> {
  const read = readYaml(file.name, file.text, templateDocument);
  if (!read.ok) return read;
  const document = read.value;
  const utterances = document.utterances.map((text) => parseUtterance(text, lexicon));
  const faults = [
    ...parameterFaults(document),
    ...utterances.flatMap((each) => utteranceFaults(each, document)),
    ...document.variants.flatMap((each) => variantFaults(each, document)),
  ];
  if (faults.length > 0) return err(faults.map((message) => malformed(message, { file: file.name })));
  return ok({
    id: document.id,
    ref: file.origin === "shipped" ? document.id : `${file.origin}:${document.id}`,
    version: document.version,
    title: document.title,
    says: document.says,
    intent: document.intent,
    origin: file.origin,
    utterances,
    parameters: new Map(Object.entries(document.parameters)),
    variants: document.variants,
  });
}

function parameterFaults({ parameters }: TemplateDocument): readonly string[] {
  return Object.entries(parameters).flatMap(([name, { type, default: value }]) => {
    if ([...BUILT_IN, MODEL].some((reserved) => reserved === name))
      return [`the parameter ${name} has a reserved name`];
    if (value === undefined || value === null) return [];
    const fits =
      type === "argv"
        ? Array.isArray(value) && value.length > 0
        : type === "hours" || type === "number"
          ? typeof value === "number" && Number.isInteger(value) && value > 0
          : typeof value === "string" && type !== "file";
    return fits ? [] : [`the default of ${name} is no ${type}`];
  });
}

function utteranceFaults({ text, elements }: Utterance, { parameters }: TemplateDocument): readonly string[] {
  const slots = elements.flatMap((each) => (each.kind === "slot" ? [each.parameter] : []));
  const unknown = slots.filter((name) => !Object.hasOwn(parameters, name) || parameters[name]?.type === "file");
  return [
    ...unknown.map((name) => `the utterance "${text}" has the slot ${name}, which is no parameter a goal can fill`),
    ...(new Set(slots).size === slots.length ? [] : [`the utterance "${text}" has a slot twice`]),
    ...(slots.length < elements.length ? [] : [`the utterance "${text}" has no word of its own`]),
  ];
}

function variantFaults({ needs, steps }: Variant, { parameters, intent }: TemplateDocument): readonly string[] {
  const known = new Set([...Object.keys(parameters), ...BUILT_IN]);
  const faults = needs
    .filter((need) => need !== MODEL && need !== CONTEXT && !Object.hasOwn(parameters, need))
    .map((need) => `the need ${need} is no parameter`);
  for (const step of steps) {
    for (const { name, form } of placeholdersOf(step)) {
      if (!known.has(name)) faults.push(`step ${step.id}: \${${name}} is no parameter`);
      if (form !== null && !isForm(form)) faults.push(`step ${step.id}: \${${name}|${form}} has an unknown form`);
      if (name === CONTEXT && !needs.includes(CONTEXT))
        faults.push(`step ${step.id}: the variant reads context and does not need it`);
      if (parameters[name]?.type === "file")
        faults.push(`step ${step.id}: bind the file ${name} with param_bindings: inputs./${name}`);
    }
    for (const name of boundInputs(step)) {
      if (parameters[name]?.type !== "file")
        faults.push(`step ${step.id}: inputs./${name} is no parameter of type file`);
      else if (!needs.includes(name)) faults.push(`step ${step.id}: the variant reads ${name} and does not need it`);
    }
  }
  const { problems } = lowerPlan({ intent, steps, decision_checkpoints: [] }, "");
  return [
    ...faults,
    ...problems.map(({ message, place }) => `step ${place?.step ?? ""}: ${place?.field ?? ""}: ${message}`),
  ];
}

/** Placeholders stand in parameters only: an id, a condition or a binding is what its author wrote. */
export function placeholdersOf(step: StepDocument): ReturnType<typeof placeholdersIn> {
  return "tool" in step && step.params !== undefined ? placeholdersIn(plain(step.params)) : [];
}

function boundInputs(step: StepDocument): readonly string[] {
  if (!("tool" in step)) return [];
  return Object.values(step.param_bindings ?? {}).flatMap((from) => {
    const name = /^inputs\.\/([^/]+)/.exec(from)?.[1];
    return name === undefined ? [] : [name];
  });
}

function plain(params: Readonly<Record<string, Json>>): Json {
  return params;
}
