import { join } from "node:path";
import { DocumentIndex } from "@writ/adapters/docs-index/document-index";
import { openBubblewrap } from "@writ/adapters/sandbox/bubblewrap";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { toolchainOf } from "@writ/adapters/system/toolchain";
import { readCode } from "@writ/adapters/tools/code";
import { deleteFiles } from "@writ/adapters/tools/delete-files";
import { getDoc, writeDoc } from "@writ/adapters/tools/docs";
import { runUnitTests } from "@writ/adapters/tools/evaluate";
import { listFiles, readFile, writeFile } from "@writ/adapters/tools/files";
import { generateText, GENERATION_TOKENS } from "@writ/adapters/tools/generate";
import { previousContentsIn } from "@writ/adapters/tools/previous-contents";
import { proposePatch } from "@writ/adapters/tools/propose-patch";
import { restoreFile, restoreFiles } from "@writ/adapters/tools/restore";
import { scoreQa } from "@writ/adapters/tools/score-qa";
import { searchCode } from "@writ/adapters/tools/search-code";
import { searchDocs } from "@writ/adapters/tools/search-docs";
import { execShell } from "@writ/adapters/tools/shell";
import { systemHealth } from "@writ/adapters/tools/system-health";
import type { Sandbox, Tool } from "@writ/runtime";

/** The Node that runs Writ is there for commands, too, wherever it was installed. */
const TOOLCHAIN = toolchainOf(process.execPath);

export interface ToolParts {
  /** `.orchestrate` of the workspace. */
  readonly folder: string;
  /** Folder of the user's own for copies that commands run on. */
  readonly staging: string;
  readonly hasModel: boolean;
  readonly writtenByWrit: () => Promise<ReadonlySet<string>>;
}

/** Every tool that ships. To add one: write it with `defineTool`, and name it here. */
export function shippedTools({ folder, staging, hasModel, writtenByWrit }: ToolParts): readonly Tool[] {
  const previous = previousContentsIn(join(folder, "previous"));
  const place = { staging, path: TOOLCHAIN.path };
  const tokens = hasModel ? GENERATION_TOKENS : 0;
  const index = new DocumentIndex(join(folder, "index.db"), nodeHasher);
  return [
    searchDocs(index, writtenByWrit),
    getDoc,
    writeDoc(previous),
    generateText(tokens),
    searchCode(),
    readCode,
    proposePatch(previous),
    runUnitTests(place),
    scoreQa(tokens),
    listFiles,
    readFile,
    writeFile(previous),
    deleteFiles,
    execShell(place),
    systemHealth(systemClock),
    restoreFile(previous),
    restoreFiles(previous),
  ];
}

/** @param state the user's own state folder, where the canary remembers */
export function systemSandbox(state: string, hidden: readonly string[]): Sandbox {
  return openBubblewrap({
    clock: systemClock,
    entropy: systemEntropy,
    scratch: join(state, "writ", "sandbox"),
    hidden,
    readable: TOOLCHAIN.readable,
  });
}
