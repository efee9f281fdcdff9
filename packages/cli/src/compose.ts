import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@writ/adapters/system/clock";
import { findWorkspace } from "@writ/adapters/workspace/find";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { readConfig, serverAddress, type Clock, type Config, type Desk, type RunDesk } from "@writ/runtime";
import { optionOf, type Invocation } from "./argv/invocation.ts";
import type { ExitCode } from "./command-module.ts";
import type { World } from "./world.ts";
import { assertPersonAt } from "./compose-guards.ts";
import type { Fittings } from "./compose-parts.ts";
import { Seat } from "./compose-seat.ts";
import { readableStore } from "./compose-upgrade.ts";

export function systemClockOf(): Clock {
  return systemClock;
}

/** The configuration of a workspace, or of none. @throws OrchestratorError `config_invalid`, `environment_invalid`, `policy_relaxation` */
export function loadConfig(world: World, root: string | null): Config {
  const file = join(world.home.config, "writ", "config.yaml");
  return readConfig({
    user: textOf(file),
    workspace: root === null ? null : textOf(join(root, "writ.yaml")),
    environment: world.environment,
    root,
  });
}

function textOf(file: string): { readonly file: string; readonly text: string } | null {
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : null;
}

/** The workspace a command line is about. @throws OrchestratorError `workspace_not_found`, `workspace_foreign` */
export function workspaceOf(world: World, invocation: Invocation): WorkspacePaths {
  return findWorkspace(invocation.workspace ?? world.cwd, process.getuid?.() ?? 0);
}

/** @throws OrchestratorError `approval_agent_forbidden` where something that Writ started asks */
export function assertPerson(world: World, invocation: Invocation): void {
  assertPersonAt(workspaceOf(world, invocation));
}

/** The workspace that a folder is. @throws OrchestratorError `workspace_not_found`, `workspace_foreign` */
export function workspaceAt(folder: string): WorkspacePaths {
  return findWorkspace(folder, process.getuid?.() ?? 0);
}

const SHIPPED: Fittings = { tools: [], notifier: null };

/** Does something at the desk of the workspace a command line is about, and lets go of it whatever happens. */
export async function atDesk(
  world: World,
  invocation: Invocation,
  act: (desk: Desk) => Promise<ExitCode>,
): Promise<ExitCode> {
  const desk = await openDesk(world, invocation);
  try {
    return await act(desk);
  } finally {
    await desk.close();
  }
}

/** The same for commands that a server can answer, too, where one is named. */
export async function atRunDesk(
  world: World,
  invocation: Invocation,
  act: (desk: RunDesk) => Promise<ExitCode>,
): Promise<ExitCode> {
  const server = serverAddress(optionOf(invocation, "--server"), world.environment);
  if (server === null) return atDesk(world, invocation, act);
  const { openRemoteDesk } = await import("./compose-remote.ts");
  const desk = await openRemoteDesk(world, invocation, server);
  try {
    return await act(desk);
  } finally {
    await desk.close();
  }
}

/** Opens a workspace for looking; it is taken into possession when something is to be done and nobody owns it. */
export async function openDesk(world: World, invocation: Invocation): Promise<Desk> {
  const paths = workspaceOf(world, invocation);
  return openDeskAt(world, paths);
}

export async function openDeskAt(world: World, paths: WorkspacePaths, fittings: Fittings = SHIPPED): Promise<Desk> {
  const config = loadConfig(world, paths.root);
  const seat = new Seat(world, paths, config, await readableStore(world, paths), fittings);
  await seat.prepare();
  return seat.desk();
}
