import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";

/** `${name}`, `${name|form}`; `$${` stands for `${` itself. */
const PLACEHOLDER = /\$(\$\{|\{([a-z][a-z0-9_]*)(?:\|([a-z_]+))?\})/g;
const WHOLE = /^\$\{([a-z][a-z0-9_]*)(?:\|([a-z_]+))?\}$/;

const MOST_WORDS = 12;

/** A value on its way into a plan; undefined where there is none, and then its holder is left out. */
export type Value = Json | undefined;
export type Values = ReadonlyMap<string, Value>;

/** How a text is written for a place where it would not fit as it is. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  /** For a file name. */
  slug: (text) =>
    text
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 40)
      .replace(/-+$/, "") || "untitled",
  /** A regular expression that finds any of its longer words. */
  any_word: (text) => longerWords(text).join("|") || escaped(text),
  /** A full-text query for any of its longer words. */
  any_term: (text) => longerWords(text).join(" OR ") || text,
};

export function isForm(name: string): boolean {
  return Object.hasOwn(FORMS, name);
}

/** The placeholders in a value, wherever they stand. */
export function placeholdersIn(value: Json): readonly { readonly name: string; readonly form: string | null }[] {
  if (typeof value === "string") {
    return [...value.matchAll(PLACEHOLDER)].flatMap(([, , name, form]) =>
      name === undefined ? [] : [{ name, form: form ?? null }],
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return (isJsonArray(value) ? value : Object.values(value)).flatMap(placeholdersIn);
}

/**
 * The value with its holes filled. A text that is one placeholder becomes the
 * value itself, of whatever type; what is filled in is never read again, so a
 * value that looks like a placeholder stays what it is.
 */
export function filled(value: Json, values: Values): Value {
  if (typeof value === "string") return filledText(value, values);
  if (isJsonArray(value)) return value.map((item) => filled(item, values)).filter((item) => item !== undefined);
  return isJsonObject(value) ? filledObject(value, values) : value;
}

export function filledObject(object: JsonObject, values: Values): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(object)) {
    const next = filled(inner, values);
    if (next !== undefined) out[name] = next;
  }
  return out;
}

function filledText(text: string, values: Values): Value {
  const whole = WHOLE.exec(text);
  if (whole?.[1] !== undefined) return formed(values.get(whole[1]), whole[2]);
  return text.replaceAll(PLACEHOLDER, (_match, escape: string, name: string | undefined, form: string | undefined) => {
    if (name === undefined) return escape;
    const value = formed(values.get(name), form);
    return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  });
}

function formed(value: Value, form: string | undefined): Value {
  const write = form === undefined ? undefined : FORMS[form];
  return write === undefined || typeof value !== "string" ? value : write(value);
}

/** Of at least four characters, each once; short ones stand in every text. */
function longerWords(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}_]{4,}/gu) ?? [];
  return [...new Set(words.map((word) => word.toLowerCase()))].slice(0, MOST_WORDS);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
