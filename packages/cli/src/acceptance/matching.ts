import { expect } from "vitest";

/** Stands in an expected value for any text that matches. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** Stands in an expected value for any text that holds this one. */
export function holding(text: string): unknown {
  return expect.stringContaining(text);
}

/** Stands in an expected value for any list that has all of these. */
export function having(...items: readonly unknown[]): unknown {
  return expect.arrayContaining([...items]);
}

/** Stands in an expected value for any object that has these members. */
export function withMembers(members: Readonly<Record<string, unknown>>): unknown {
  return expect.objectContaining({ ...members });
}
