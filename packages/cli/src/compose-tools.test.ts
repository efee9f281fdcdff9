import { canonicalJson, plainJson } from "@writ/core";
import { describe, expect, test } from "vitest";

import { definedTools, shippedTools } from "./compose-tools.ts";
import { lateTool } from "./late-tool.ts";

const parts = { folder: "/nowhere", staging: "/nowhere", tokenPrice: 0, writtenByWrit: async () => new Set<string>() };

describe("the tools that ship", () => {
  test.each([true, false])("are listed as they are defined, with a model: %s", async (hasModel) => {
    const listed = shippedTools({ ...parts, hasModel });
    const defined = await definedTools({ ...parts, hasModel });
    expect(listed.length).toBeGreaterThan(10);
    const declared = ({ spec }: (typeof defined)[number]): string => canonicalJson(plainJson(spec));
    expect(listed.map(declared)).toEqual(defined.map(declared));
  });

  test("cost what the configured model asks for the tokens they may spend", () => {
    const priced = shippedTools({ ...parts, hasModel: true, tokenPrice: 15_000_000 });
    const [generate] = priced.filter(({ spec }) => spec.name === "llm.generate");
    expect(generate?.spec.traits.costMillicents).toBe((generate?.spec.traits.tokens ?? 0) * 15);
    expect(priced.filter(({ spec }) => spec.traits.costMillicents > 0).length).toBe(
      priced.filter(({ spec }) => spec.traits.tokens > 0).length,
    );
  });

  test("are not called as something they are not", async () => {
    const [first, second] = await definedTools({ ...parts, hasModel: false });
    if (first === undefined || second === undefined) throw new Error("no tools ship");
    let loads = 0;
    const late = lateTool(first.spec, async () => {
      loads += 1;
      return second;
    });
    expect(loads).toBe(0);
    await expect(late.run({}, {} as never)).rejects.toThrow("npm run generate");
    expect(loads).toBe(1);
  });
});
