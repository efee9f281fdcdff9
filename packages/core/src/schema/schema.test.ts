import { describe, expect, expectTypeOf, test } from "vitest";
import type * as z from "zod";

import type { Payload } from "../base/payload.ts";
import type { Binding } from "../run/binding.ts";
import type { JournalEvent } from "../run/event.ts";
import type { RunInput } from "../run/input.ts";
import { binding } from "./binding.ts";
import { journalFact } from "./journal-fact.ts";
import { runInput } from "./run-input.ts";
import type { payload } from "./scalar.ts";

/** A type of the run as it stands in an entry: payloads by their handles. */
type Stored<T> = T extends Payload
  ? z.infer<typeof payload>
  : T extends readonly (infer U)[]
    ? Stored<U>[]
    : T extends object
      ? { -readonly [K in keyof T]: Stored<T[K]> }
      : T;

/** Members of the variant with this tag. */
type Members<T extends { type: string }, K extends string> = keyof Extract<T, { type: K }>;
type Shape<T extends { type: string }> = { [K in T["type"]]: Members<T, K> };

describe("the schema of", () => {
  test("facts takes every fact, and knows no other", () => {
    expectTypeOf<Stored<JournalEvent>>().toExtend<z.infer<typeof journalFact>>();
    expectTypeOf<Shape<z.infer<typeof journalFact>>>().toEqualTypeOf<Shape<Stored<JournalEvent>>>();
    expect(journalFact.options).toHaveLength(32);
  });

  test("inputs takes every input, and knows no other", () => {
    expectTypeOf<Stored<RunInput>>().toExtend<z.infer<typeof runInput>>();
    expectTypeOf<Shape<z.infer<typeof runInput>>>().toEqualTypeOf<Shape<Stored<RunInput>>>();
    expect(runInput.options).toHaveLength(20);
  });

  test("bindings takes every binding", () => {
    expectTypeOf<Stored<Binding>>().toEqualTypeOf<z.infer<typeof binding>>();
    expect(Object.keys(binding.shape)).toHaveLength(21);
  });
});
