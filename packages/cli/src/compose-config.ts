import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "@writ/core";
import { readConfig, type Config } from "@writ/runtime";
import type { Invocation } from "./argv/invocation.ts";
import { loadConfig, workspaceOf } from "./compose.ts";
import type { World } from "./world.ts";

/** A configuration as each layer leaves it, from what holds when nobody said anything to what is in force. */
export interface ConfigLayers {
  readonly defaults: Config;
  /** With the user's file, as it is for every workspace. */
  readonly user: Config;
  /** With what the user's file says for this workspace. */
  readonly bound: Config;
  readonly environment: Config;
  /** With the workspace's file: what is in force. */
  readonly whole: Config;
  readonly userFile: string;
  /** Null outside a workspace. */
  readonly workspaceFile: string | null;
}

/** @throws OrchestratorError `config_invalid`, `environment_invalid`, `policy_relaxation`, `workspace_foreign` */
export function configLayers(world: World, invocation: Invocation): ConfigLayers {
  const root = rootOf(world, invocation);
  const userFile = userConfigFile(world);
  const text = userConfigText(world);
  const user = text === null ? null : { file: userFile, text };
  const none = { user: null, workspace: null, environment: {}, root: null };
  return {
    // First what is in force, so that its problems are told and not those of a part of it.
    whole: loadConfig(world, root),
    environment: readConfig({ user, workspace: null, environment: world.environment, root }),
    bound: readConfig({ ...none, user, root }),
    user: readConfig({ ...none, user }),
    defaults: readConfig(none),
    userFile,
    workspaceFile: root === null ? null : join(root, "writ.yaml"),
  };
}

/** Where a user's own configuration stands. */
export function userConfigFile(world: World): string {
  return join(world.home.config, "writ", "config.yaml");
}

/** Null where there is none. */
export function userConfigText(world: World): string | null {
  const file = userConfigFile(world);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

function rootOf(world: World, invocation: Invocation): string | null {
  try {
    return workspaceOf(world, invocation).root;
  } catch (error) {
    const isNone = error instanceof OrchestratorError && error.code === "workspace_not_found";
    if (isNone && invocation.workspace === null) return null;
    throw error;
  }
}
