import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { InvariantError, OrchestratorError } from "@writ/core";
import type { Mount, SandboxCommand } from "@writ/runtime";

const JOURNAL_FOLDER = ".orchestrate";
const OWN_PLACES = ["/usr", "/etc", "/proc", "/dev", "/sys", "/bin", "/sbin", "/lib", "/lib64"];

export interface CheckedMounts {
  readonly mounts: readonly Mount[];
  /** Places inside the sandbox that are covered, because what lies there is nobody's to see. */
  readonly masks: readonly string[];
}

/**
 * The mounts of a command with links resolved.
 *
 * @param hidden folders that are never shown: keys, configuration, the journal
 * @throws OrchestratorError `path_closed` for a mount in a hidden folder or in any `.orchestrate`
 */
export function checkMounts(command: SandboxCommand, hidden: readonly string[]): CheckedMounts {
  const secrets = hidden.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  const mounts = command.mounts.map((mount) => checkMount(mount, secrets));
  const masks = mounts.flatMap((mount) => masksOf(mount, secrets));
  return { mounts, masks: [...new Set(masks)] };
}

function checkMount(mount: Mount, secrets: readonly string[]): Mount {
  const { inside } = mount;
  if (
    !isAbsolute(mount.host) ||
    !isAbsolute(inside) ||
    inside === "/" ||
    OWN_PLACES.some((place) => isWithin(inside, place))
  ) {
    throw new InvariantError("a mount is absolute and beside the system's folders", { ...mount });
  }
  const host = realpathSync(mount.host);
  const isSecret =
    secrets.some((secret) => isWithin(host, secret)) ||
    host.split("/").some((name) => name.toLowerCase() === JOURNAL_FOLDER);
  if (isSecret)
    throw new OrchestratorError(
      "path_closed",
      `${JSON.stringify(mount.host)} holds what no tool may see, and is not shown in a sandbox.`,
    );
  return { ...mount, host };
}

function masksOf({ host, inside }: Mount, secrets: readonly string[]): readonly string[] {
  const journal = join(host, JOURNAL_FOLDER);
  const below = secrets
    .filter((secret) => isWithin(secret, host))
    .map((secret) => join(inside, relative(host, secret)));
  return existsSync(journal) ? [join(inside, JOURNAL_FOLDER), ...below] : below;
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith("../") && !isAbsolute(way));
}
