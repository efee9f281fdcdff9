import { canonicalJson, InvariantError, plainJson, type ToolSpec } from "@writ/core";
import type { Tool } from "@writ/runtime";

/**
 * A tool whose declaration is known and whose code is loaded when it is first
 * called: most commands look at what tools declare and call none.
 *
 * @throws InvariantError at the first call, if the code declares something else
 */
export function lateTool(spec: ToolSpec, load: () => Promise<Tool>): Tool {
  let loading: Promise<Tool> | null = null;
  const tool = (): Promise<Tool> => (loading ??= loadAs(spec, load));
  return {
    spec,
    freeze: async (args, call) => (await tool()).freeze(args, call),
    run: async (args, call) => (await tool()).run(args, call),
    probe: async (args, call) => (await tool()).probe(args, call),
  };
}

async function loadAs(spec: ToolSpec, load: () => Promise<Tool>): Promise<Tool> {
  const tool = await load();
  if (canonicalJson(plainJson(tool.spec)) === canonicalJson(plainJson(spec))) return tool;
  throw new InvariantError("the tool is not what it is listed as; run: npm run generate", { tool: spec.name });
}
