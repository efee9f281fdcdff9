import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { bundleFolder } from "@writ/adapters/workspace/bundle-folder";
import { findWorkspace } from "@writ/adapters/workspace/find";
import { OrchestratorError } from "@writ/core";
import type { ControlRequest, RunDesk, ServerAddress } from "@writ/runtime";
import { optionOf, type Invocation } from "./argv/invocation.ts";
import { assertPersonAt, PERSONAL } from "./compose-guards.ts";
import { remoteDesk } from "./remote/remote-desk.ts";
import { ServerLine } from "./remote/server-line.ts";
import type { World } from "./world.ts";

/** Others than the owner may neither read nor write it. */
const OTHERS = 0o077;

/**
 * The desk of a server.
 *
 * @throws OrchestratorError `token_missing`, `token_file_exposed`, `input_malformed`, and those of `remoteDesk`
 */
export async function openRemoteDesk(
  world: World,
  invocation: Invocation,
  { url, token }: ServerAddress,
): Promise<RunDesk> {
  const file = optionOf(invocation, "--token-file");
  const known = file === undefined ? token : tokenIn(resolve(world.cwd, file), file);
  if (known === "")
    throw new OrchestratorError(
      "token_missing",
      `${url} wants a token; set WRIT_TOKEN or give --token-file FILE. One is made where it runs: writ token create --role operator`,
    );
  const warn = (sentence: string): void => world.warn?.(sentence);
  const line = new ServerLine({ server: url, token: known, fetch, clock: systemClock, entropy: systemEntropy, warn });
  const admit = (request: ControlRequest): void => admitPerson(world, request);
  return remoteDesk({ line, platform: nodeVerifier, clock: systemClock, bundles: bundleFolder, admit, warn });
}

/** What runs in a workspace and was started there decides nothing, at no server either. */
function admitPerson(world: World, { method }: ControlRequest): void {
  if (!PERSONAL.has(method)) return;
  try {
    assertPersonAt(findWorkspace(world.cwd, process.getuid?.() ?? 0));
  } catch (error) {
    const isElsewhere = error instanceof OrchestratorError && error.code !== "approval_agent_forbidden";
    if (!isElsewhere) throw error;
  }
}

/** @throws OrchestratorError `input_malformed`, `token_file_exposed` */
function tokenIn(path: string, shown: string): string {
  const open = openedFile(path, shown);
  try {
    const { mode, uid } = fstatSync(open);
    if ((mode & OTHERS) !== 0 || uid !== (process.getuid?.() ?? 0))
      throw new OrchestratorError(
        "token_file_exposed",
        `${shown} is not yours alone, so its token is not used; make it so with: chmod 600 ${shown}`,
      );
    const text = readFileSync(open, "utf8").trim();
    if (text !== "" && !/\s/.test(text)) return text;
    throw new OrchestratorError(
      "input_malformed",
      `${shown} holds no token; put the one token into it, and nothing else`,
    );
  } finally {
    closeSync(open);
  }
}

function openedFile(path: string, shown: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new OrchestratorError("input_malformed", `--token-file ${shown} cannot be read; check the path`, {
      cause: error,
    });
  }
}
