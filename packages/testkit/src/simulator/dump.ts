import { Payload, type RunState } from "@writ/core";

/** Members that are never changed in place: written once, then known by identity. */
const FIXED = new Set(["settings", "pins", "binding", "block", "plan"]);
const written = new WeakMap<object, string>();

/** Every part of a state that a later decision could read, as text: equal texts mean equal states, order included. */
export function dumpState(state: RunState): string {
  const { rules: _rules, ...rest } = state;
  return dump(rest);
}

function dump(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === undefined ? "~" : JSON.stringify(value);
  if (value instanceof Payload) return value.commit;
  if (value instanceof Map) return `M${[...value].map(([key, item]) => `${dump(key)}:${dump(item)}`).join()}`;
  if (value instanceof Set) return `S${[...value].map(dump).join()}`;
  if (Array.isArray(value)) return `[${Array.from(value, dump).join()}]`;
  if (isListed(value)) return `Q${dump(value.values())}`;
  if (isTimed(value)) return `T${dump(value.entries())}`;
  return `{${Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${name}:${dumpMember(name, member)}`)
    .join()}}`;
}

function dumpMember(name: string, member: unknown): string {
  if (!FIXED.has(name) || typeof member !== "object" || member === null) return dump(member);
  const known = written.get(member);
  if (known !== undefined) return known;
  const text = dump(member);
  written.set(member, text);
  return text;
}

function isListed(value: object): value is { values(): readonly unknown[] } {
  return "values" in value && typeof value.values === "function";
}

function isTimed(value: object): value is { entries(): readonly unknown[] } {
  return "entries" in value && typeof value.entries === "function";
}
