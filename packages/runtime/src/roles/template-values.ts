import { err, isJsonArray, ok, type Json, type Result } from "@writ/core";

import { splitArgv } from "./argv.ts";
import type { SlotText } from "./fill-slots.ts";
import { readTime } from "./goal-time.ts";
import { wordKey, type Lexicon } from "./lexicon.ts";
import type { Values } from "./placeholder.ts";
import type { Parameter, Template } from "./template.ts";

export interface Given {
  readonly slots: ReadonlyMap<string, SlotText>;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly today: string;
}

/**
 * The value of each parameter that has one: an input, else what the goal says,
 * else the default. The error says which inputs do not fit, one sentence each.
 */
export function valuesOf(template: Template, given: Given, lexicon: Lexicon): Result<Values, readonly string[]> {
  const faults = Object.keys(given.inputs)
    .filter((name) => !template.parameters.has(name))
    .map(
      (name) => `the template ${template.id} has no input ${name}; it takes ${listed([...template.parameters.keys()])}`,
    );
  const values = new Map<string, Json | undefined>();
  for (const [name, parameter] of template.parameters) {
    const input = Object.hasOwn(given.inputs, name) ? given.inputs[name] : undefined;
    const slot = given.slots.get(name);
    const raw = input ?? (slot === undefined ? undefined : slot.kind === "number" ? slot.value : slot.text);
    if (raw === undefined) {
      if (parameter.default !== undefined) values.set(name, parameter.default ?? undefined);
      continue;
    }
    const value = readValue(raw, parameter, lexicon, given.today);
    if (value === null)
      faults.push(`${JSON.stringify(raw).slice(0, 80)} is no ${parameter.type} for ${name} (${parameter.says})`);
    else values.set(name, value);
  }
  return faults.length > 0 ? err(faults) : ok(values);
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

function readValue(raw: Json, { type }: Parameter, lexicon: Lexicon, today: string): Json | null {
  switch (type) {
    case "hours":
      return wholeNumber(raw) ?? (typeof raw === "string" ? hoursIn(raw, lexicon, today) : null);
    case "number":
      return wholeNumber(raw);
    case "argv":
      if (typeof raw === "string") return splitArgv(raw);
      return isJsonArray(raw) && raw.length > 0 && raw.every((each) => typeof each === "string") ? raw : null;
    case "glob":
      return typeof raw === "string" && raw !== "" ? globOf(raw) : null;
    default:
      return typeof raw === "string" && raw.trim() !== "" ? raw : null;
  }
}

function wholeNumber(raw: Json): number | null {
  const value = typeof raw === "string" && /^[0-9]{1,9}$/.test(raw) ? Number(raw) : raw;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function hoursIn(text: string, lexicon: Lexicon, today: string): number | null {
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => ({ start: 0, end: 0, key: wordKey(word) }));
  const read = readTime(words, lexicon.time, today);
  return read?.words === words.length ? read.hours : null;
}

/** A folder stands for all below it. */
function globOf(path: string): string {
  const bare = path.replace(/^\.\//, "").replace(/\/+$/, "");
  if (/[*?{[]/.test(bare)) return bare;
  const last = bare.split("/").at(-1) ?? "";
  return last.includes(".") && !path.endsWith("/") ? bare : bare === "" ? "**" : `${bare}/**`;
}
