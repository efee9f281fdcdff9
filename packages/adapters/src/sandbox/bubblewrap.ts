import { accessSync, constants, existsSync } from "node:fs";
import { arch, release } from "node:os";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { durationMs, type JsonObject } from "@writ/core";
import type { Clock, Entropy, Sandbox, SandboxCommand, SandboxReport } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import { bwrapArgs } from "./bwrap-args.ts";
import { fly } from "./canary.ts";
import { rememberReport, recallReport } from "./canary-memory.ts";
import { runConfined, type Ending } from "./run-confined.ts";
import { endLeftovers } from "./leftovers.ts";
import { checkMounts, closedIn, secretsOf, secretsOfSystem } from "./mounts.ts";
import { sandboxUnavailable } from "./refuse.ts";
import { runsAsRoot, SANDBOX_USER } from "../system/sandbox-user.ts";
import type { Toolchain } from "../system/toolchain.ts";
import { filterOf } from "./seccomp.ts";

export interface BubblewrapOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** A folder of the user's own, never in a workspace: the canary's secret is planted and its result remembered there. */
  readonly scratch: string;
  /** Absolute path of `bwrap`; the usual places when left out. */
  readonly program?: string;
  /** Folders that no sandbox ever shows, such as those of keys and configuration. */
  readonly hidden?: readonly string[];
  /** What every sandbox shows beside the system's own folders: programs that lie elsewhere. */
  readonly toolchain?: Pick<Toolchain, "readable" | "links">;
}

const USUAL_PLACES = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"];
const INSTALL = "install bubblewrap and util-linux (Debian, Ubuntu: apt-get install -y bubblewrap util-linux)";
const ELSEWHERE = "install Node in a folder of its own, apart from keys and workspaces";
const ALLOW =
  "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: --security-opt seccomp=unconfined)";

const execute = promisify(execFile);

/** Programs in namespaces of their own, without network, without the machine's files, under a filter and limits. */
export function openBubblewrap(options: BubblewrapOptions): Sandbox {
  const { clock, entropy, scratch, hidden = [] } = options;
  const { readable, links } = options.toolchain ?? { readable: [], links: [] };
  const program = options.program ?? USUAL_PLACES.find((path) => existsSync(path)) ?? "/usr/bin/bwrap";
  const filter = filterOf(arch());
  const profile = profileOf(filter, readable);
  let report: Promise<SandboxReport> | null = null;

  async function start(command: SandboxCommand, signal: AbortSignal): Promise<Ending> {
    const secrets = secretsOf(hidden);
    const closed = closedReadable(secrets);
    if (closed !== null) throw sandboxUnavailable({ reason: closed, remedy: ELSEWHERE });
    const { mounts, masks } = checkMounts(command, secrets);
    const args = bwrapArgs({ ...command, mounts }, { readable, links, masks, hasFilter: filter !== null });
    return await runConfined({ program, args, filter, command }, clock, signal);
  }

  function closedReadable(secrets: readonly string[]): string | null {
    return readable.map((path) => closedIn(path, secrets)).find((why) => why !== null) ?? null;
  }

  async function examine(): Promise<SandboxReport> {
    const began = clock.now();
    const answer = (version: string, leaks: readonly string[], remedy: string | null): SandboxReport => ({
      usable: leaks.length === 0 && remedy === null,
      backend: "bubblewrap",
      version,
      duration: durationMs(Math.max(0, clock.now() - began)),
      leaks,
      remedy,
    });
    const missing = [program, "/usr/bin/prlimit", ...(runsAsRoot ? ["/usr/bin/setpriv"] : [])].find(
      (path) => !isExecutable(path),
    );
    if (missing !== undefined) return answer("", [], `${missing} is missing: ${INSTALL}`);
    const secrets = secretsOf(hidden);
    const closed = closedReadable(secrets);
    if (closed !== null) return answer("", [], `${closed}: ${ELSEWHERE}`);
    const version = (await execute(program, ["--version"], { env: {} })).stdout.trim();
    const key = {
      version,
      program,
      kernel: release(),
      node: process.version,
      profile,
      covered: [...secretsOfSystem(secrets)],
      user: runsAsRoot ? "root" : "other",
    };
    endLeftovers();
    const known = recallReport(scratch, key);
    if (known !== null) return known;
    const finding = await fly(
      { scratch, entropy, filtered: filter !== null, readable, secrets, node: process.execPath },
      (command) => start(command, new AbortController().signal),
    );
    if (!finding.ran) return answer(version, [], `the canary did not run (${finding.said}): ${ALLOW}`);
    if (finding.leaks.length > 0)
      return answer(
        version,
        finding.leaks,
        `the canary got out (${finding.leaks.join(", ")}): update bubblewrap and the kernel, and run writ doctor`,
      );
    const usable = answer(version, [], null);
    rememberReport(scratch, key, usable);
    return usable;
  }

  async function probe(): Promise<SandboxReport> {
    report ??= examine();
    return await report;
  }

  return {
    profile,
    probe,
    run: async (command, signal) => {
      const { usable, remedy } = await probe();
      if (!usable) throw sandboxUnavailable({ reason: "bubblewrap cannot be used", remedy: remedy ?? INSTALL });
      const ending = await start(command, signal);
      if (ending.kind === "ran") return ending.result;
      throw sandboxUnavailable({
        reason: ending.reason === "" ? "bubblewrap gave no answer" : ending.reason,
        remedy: ALLOW,
      });
    },
  };
}

/**
 * What approvals bind. Nothing in it changes with an update of bubblewrap; the canary answers for that.
 * The filter's hash is bare hex: in a document, a string of digest form names another document.
 */
function profileOf(filter: Uint8Array | null, readable: readonly string[]): JsonObject {
  return {
    type: "writ/sandbox/v1",
    backend: "bubblewrap",
    capabilities: "none",
    environment: "given",
    network: "none",
    readable: [...readable],
    root: "minimal",
    seccomp: filter === null ? "none" : nodeHasher.sha256Hex(filter),
    user: runsAsRoot ? `uid ${SANDBOX_USER.uid}` : "own namespace",
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Whatever keeps it from being executed, it cannot be used.
    return false;
  }
}
