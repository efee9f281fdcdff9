import { describe, expect, test } from "vitest";

import {
  answersAsDeclared,
  declarationFaults,
  freezesOnly,
  givesUp,
  probesTruly,
  refusesUnknown,
  refusesWrongTypes,
  repeatsWithoutEffect,
  takesBack,
  type ToolCheck,
} from "./tool-checks.ts";
import { openScene, type FindTool, type MakeTool, type ToolCase } from "./tool-scene.ts";

export interface ToolContractParts {
  /** A call that takes longer than a tenth of a second, to be given up in its midst; where none can, none is needed. */
  readonly slow?: ToolCase;
  /** Tools that take back what this one did, when they are others. */
  readonly tools?: FindTool;
}

/**
 * What every tool must hold to, whatever it does.
 *
 * @param cases calls that succeed, at least one
 */
export function toolContract(
  make: MakeTool,
  cases: readonly ToolCase[],
  { slow, tools = () => undefined }: ToolContractParts = {},
): void {
  const faults = async (check: ToolCheck, each: ToolCase): Promise<readonly string[]> => {
    await using scene = await openScene(make, each, tools);
    return await check(scene);
  };
  describe("a tool", () => {
    test("declares itself so that it can be hashed, checked and read", async () => {
      const [first] = cases;
      if (first === undefined) throw new Error("a contract needs a case");
      await using scene = await openScene(make, first);
      expect(declarationFaults(scene.tool)).toEqual([]);
    });

    describe.each([...cases])("called for $name", (each) => {
      test("refuses unknown parameters and wrong types, and changes nothing", async () => {
        expect(await faults(refusesUnknown, each)).toEqual([]);
        expect(await faults(refusesWrongTypes, each)).toEqual([]);
      });
      test("shows what it would do without doing it, twice the same", async () => {
        expect(await faults(freezesOnly, each)).toEqual([]);
      });
      test("answers as its schema says, and what it leaves is what it names", async () => {
        expect(await faults(answersAsDeclared, each)).toEqual([]);
      });
      test("has no second effect under the same key", async () => {
        expect(await faults(repeatsWithoutEffect, each)).toEqual([]);
      });
      test("leads back where it says it does", async () => {
        expect(await faults(takesBack, each)).toEqual([]);
      });
      test("ends soon when it is given up before it began", async () => {
        expect(await faults(givesUp(0), each)).toEqual([]);
      });
      test("says truly whether a call happened, if it can", async () => {
        expect(await faults(probesTruly, each)).toEqual([]);
      });
    });

    test.each(slow === undefined ? [] : [slow])("ends soon when it is given up in the midst", async (each) => {
      expect(await faults(givesUp(100), each)).toEqual([]);
    });
  });
}
