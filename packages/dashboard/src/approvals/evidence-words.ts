import { bytes, counted, shortDigest } from "@writ/core/text/figure";

/** What a piece of evidence is, in a few words; null where only its bytes say. */
export function evidenceWords(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("exists" in value) {
    if (value.exists === false) return "no file";
    const size = "bytes" in value && typeof value.bytes === "number" ? [bytes(value.bytes)] : [];
    const digest = "sha256" in value && typeof value.sha256 === "string" ? [shortDigest(value.sha256)] : [];
    return [...size, ...digest].join(" · ");
  }
  if ("hits" in value && Array.isArray(value.hits)) return counted(value.hits.length, "document");
  if ("citations" in value && Array.isArray(value.citations))
    return `text with ${counted(value.citations.length, "citation")}`;
  return null;
}

/** Evidence that is read again when a request is opened; any other is what a step answered, and stays. */
export function isReadAgain(ref: string): boolean {
  return ref.startsWith("live:");
}

/** Whether two values are one, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)));
}
