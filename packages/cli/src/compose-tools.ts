import { join } from "node:path";
import { openBubblewrap } from "@writ/adapters/sandbox/bubblewrap";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { loadedLibraries, toolchainOf } from "@writ/adapters/system/toolchain";
import type { PreviousContents } from "@writ/adapters/tools/previous-contents";
import { workspacePaths } from "@writ/adapters/workspace/layout";
import { InvariantError } from "@writ/core";
import type { Sandbox, Tool } from "@writ/runtime";
import { lateTool } from "./late-tool.ts";
import { listedTools } from "./listed-tools.ts";
import type { HomeFolders } from "./world.ts";

/** The Node that runs Writ is there for commands, too, wherever it was installed. */
const TOOLCHAIN = toolchainOf(process.execPath, loadedLibraries);

export interface ToolParts {
  /** `.orchestrate` of the workspace. */
  readonly folder: string;
  /** Folder of the user's own for copies that commands run on. */
  readonly staging: string;
  readonly hasModel: boolean;
  /** What a token may cost at most, in 1/1000 cent for a million of them. */
  readonly tokenPrice: number;
  readonly writtenByWrit: () => Promise<ReadonlySet<string>>;
}

type Load = (parts: ToolParts) => Promise<Tool>;

/** What a tool stays below when a model writes for it. */
const tokensOf = async ({ hasModel }: ToolParts): Promise<number> =>
  hasModel ? (await import("@writ/adapters/tools/generate")).GENERATION_TOKENS : 0;

/** @param folder `.orchestrate` of the workspace */
export async function previousOf(folder: string): Promise<PreviousContents> {
  return (await import("@writ/adapters/tools/previous-contents")).previousContentsIn(join(folder, "previous"));
}

const placeOf = ({ staging }: ToolParts) => ({ staging, path: TOOLCHAIN.path });

/**
 * Every tool that ships, each loaded when it is first called. To add one: write it with `defineTool`, name it here, and
 * run `npm run generate`, which lists its declaration in `shipped-tools.json`.
 */
const LOADS: readonly (readonly [string, Load])[] = [
  [
    "docs.search_docs",
    async ({ folder, writtenByWrit }) => {
      const { DocumentIndex } = await import("@writ/adapters/docs-index/document-index");
      const { searchDocs } = await import("@writ/adapters/tools/search-docs");
      return searchDocs(new DocumentIndex(join(folder, "index.db"), nodeHasher), writtenByWrit);
    },
  ],
  ["docs.get_doc", async () => (await import("@writ/adapters/tools/docs")).getDoc],
  [
    "docs.write_doc",
    async (parts) => (await import("@writ/adapters/tools/docs")).writeDoc(await previousOf(parts.folder)),
  ],
  [
    "llm.generate",
    async (parts) => (await import("@writ/adapters/tools/generate")).generateText(await tokensOf(parts)),
  ],
  ["code.search", async () => (await import("@writ/adapters/tools/search-code")).searchCode()],
  ["code.read_file", async () => (await import("@writ/adapters/tools/code")).readCode],
  [
    "code.propose_patch",
    async (parts) => (await import("@writ/adapters/tools/propose-patch")).proposePatch(await previousOf(parts.folder)),
  ],
  [
    "eval.run_unit_tests",
    async (parts) => (await import("@writ/adapters/tools/evaluate")).runUnitTests(placeOf(parts)),
  ],
  ["eval.score_qa", async (parts) => (await import("@writ/adapters/tools/score-qa")).scoreQa(await tokensOf(parts))],
  ["files.list", async () => (await import("@writ/adapters/tools/files")).listFiles],
  ["files.read", async () => (await import("@writ/adapters/tools/files")).readFile],
  [
    "files.write",
    async (parts) => (await import("@writ/adapters/tools/files")).writeFile(await previousOf(parts.folder)),
  ],
  ["files.delete", async () => (await import("@writ/adapters/tools/delete-files")).deleteFiles],
  ["shell.exec", async (parts) => (await import("@writ/adapters/tools/shell")).execShell(placeOf(parts))],
  ["system.health", async () => (await import("@writ/adapters/tools/system-health")).systemHealth(systemClock)],
  [
    "files.restore",
    async (parts) => (await import("@writ/adapters/tools/restore")).restoreFile(await previousOf(parts.folder)),
  ],
  [
    "files.restore_many",
    async (parts) => (await import("@writ/adapters/tools/restore")).restoreFiles(await previousOf(parts.folder)),
  ],
];

/** The tools as they are listed. @throws OrchestratorError `rules_unknown` if the list is of another version */
export function shippedTools(parts: ToolParts): readonly Tool[] {
  const listed = new Map(listedTools(parts.hasModel).map((spec) => [spec.name, spec]));
  return LOADS.map(([name, load]) => {
    const spec = listed.get(name);
    if (spec === undefined) throw new InvariantError("the tool is not listed; run: npm run generate", { tool: name });
    return priced(
      lateTool(spec, () => load(parts)),
      parts.tokenPrice,
    );
  });
}

/** A tool that spends tokens costs what the configured model asks for them. */
function priced(tool: Tool, tokenPrice: number): Tool {
  const { spec } = tool;
  const costMillicents = Math.ceil((spec.traits.tokens * tokenPrice) / 1_000_000);
  return costMillicents === 0 ? tool : { ...tool, spec: { ...spec, traits: { ...spec.traits, costMillicents } } };
}

/** The same from their definitions, all loaded. */
export function definedTools(parts: ToolParts): Promise<readonly Tool[]> {
  return Promise.all(LOADS.map(([, load]) => load(parts)));
}

/** Folders that no sandbox shows: keys, what was seen, the user's configuration; the journal, and the history of sources. */
function hiddenFolders({ data, state, config }: HomeFolders, root: string | null): readonly string[] {
  const own = [data, state, config].map((home) => join(home, "writ"));
  return root === null ? own : [...own, workspacePaths(root).folder, join(root, ".git")];
}

/**
 * The sandbox that runs use.
 *
 * @param root of the workspace; null for none
 * @param scratch where the canary flies and remembers
 */
export function systemSandbox(
  home: HomeFolders,
  root: string | null,
  scratch = join(home.state, "writ", "sandbox"),
): Sandbox {
  return openBubblewrap({
    clock: systemClock,
    entropy: systemEntropy,
    scratch,
    hidden: hiddenFolders(home, root),
    toolchain: TOOLCHAIN,
  });
}
