import { isJsonArray, isJsonObject, type Json } from "@writ/core";

/** Stands where a secret stood. */
export const MASK = "••••••";
/** Shorter values would mask ordinary words. */
const MIN_SECRET = 8;

/** Replaces known secret values, and their base64, base64url, hex and URL forms, wherever they occur in a text. */
export class Secrets {
  readonly #forms: readonly string[];

  constructor(values: readonly string[]) {
    const long = values.filter((value) => value.length >= MIN_SECRET);
    this.#forms = [...new Set(long.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  }

  text(text: string): string {
    return this.#forms.reduce((masked, form) => (masked.includes(form) ? masked.replaceAll(form, MASK) : masked), text);
  }

  json(value: Json): Json {
    if (this.#forms.length === 0) return value;
    if (typeof value === "string") return this.text(value);
    if (isJsonArray(value)) return value.map((item) => this.json(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [this.text(name), this.json(member)]));
  }
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  return [
    value,
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    encodeURIComponent(value),
  ];
}
