import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { InvariantError, OrchestratorError } from "@writ/core";
import type { Mount, SandboxCommand } from "@writ/runtime";

import { SYSTEM_FOLDERS } from "./bwrap-args.ts";

const JOURNAL_FOLDER = ".orchestrate";
const OWN_PLACES = ["/usr", "/etc", "/proc", "/dev", "/sys", "/bin", "/sbin", "/lib", "/lib64"];

export interface CheckedMounts {
  readonly mounts: readonly Mount[];
  /** Places inside the sandbox that are covered, because what lies there is nobody's to see. */
  readonly masks: readonly string[];
}

/** Folders that are never shown, without links: those of `hidden` that are there. */
export function secretsOf(hidden: readonly string[]): readonly string[] {
  return hidden.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory()).map((p) => realpathSync(p));
}

/** Those of `secrets` that lie in the system's own folders, which every sandbox shows: they are covered in each. */
export function secretsOfSystem(secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => SYSTEM_FOLDERS.some((folder) => isWithin(secret, folder)));
}

/**
 * Why a path cannot be shown in every sandbox: a folder that nobody may see lies in it, or it lies in one. Null where it can.
 * It is refused and not covered: a toolchain that holds a key or a journal is none.
 */
export function closedIn(readable: string, secrets: readonly string[]): string | null {
  const path = realpathSync(readable);
  const journal = join(path, JOURNAL_FOLDER);
  const closed =
    secrets.find((secret) => isWithin(secret, path) || isWithin(path, secret)) ??
    (existsSync(journal) ? journal : path.split("/").some(isJournalName) ? path : null);
  return closed === null ? null : `${readable} would be shown in it, with ${closed}, which nobody may see`;
}

/**
 * The mounts of a command with links resolved.
 *
 * @param secrets of {@link secretsOf}
 * @throws OrchestratorError `path_closed` for a mount in a hidden folder or in any `.orchestrate`
 */
export function checkMounts(command: SandboxCommand, secrets: readonly string[]): CheckedMounts {
  const mounts = command.mounts.map((mount) => checkMount(mount, secrets));
  const masks = mounts.flatMap((mount) => masksOf(mount, secrets));
  return { mounts, masks: [...new Set([...secretsOfSystem(secrets), ...masks])] };
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
  const isSecret = secrets.some((secret) => isWithin(host, secret)) || host.split("/").some(isJournalName);
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

function isJournalName(name: string): boolean {
  return name.toLowerCase() === JOURNAL_FOLDER;
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith("../") && !isAbsolute(way));
}
