import { statSync } from "node:fs";
import { resolve } from "node:path";
import { replayBundle, type ReplayedAgain } from "@writ/runtime";
import { type Verification, verifyBundle, verifyReceipt } from "@writ/core";
import { argumentOf, hasOption, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { readBundle, verifier } from "../compose-audit.ts";
import { readGiven } from "../read-given.ts";
import { bundleLines } from "../terminal/bundle-view.ts";

/** `writ verify-bundle DIR|RECEIPT`: from the bytes alone, with no workspace, and replayed again where the payloads are there. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const path = resolve(world.cwd, argumentOf(invocation, "bundle") ?? "");
  const seen = optionOf(invocation, "--last-seen");
  const options = {
    trust: optionOf(invocation, "--trust"),
    lastSeen: seen === undefined ? undefined : readGiven(world, seen),
    requirePayloads: hasOption(invocation, "--require-payloads"),
  };
  const kind = statSync(path, { throwIfNoEntry: false });
  const isFolder = kind?.isDirectory() !== false;
  const files = isFolder && kind !== undefined ? readBundle(path) : new Map<string, Uint8Array>();
  const found = isFolder
    ? verifyBundle(files, verifier, options)
    : verifyReceipt(readGiven(world, path), verifier, options);
  const again = isFolder && found.exit !== 2 && found.ok ? await replayBundle(files, verifier) : null;
  const exit = exitOf(found, again);
  if (invocation.json) terminal.json({ ...found, ok: exit === 0, exit, replayed_again: again });
  else terminal.out(bundleLines(terminal.screen(), found, again));
  return exit;
}

function exitOf({ exit }: Verification, again: ReplayedAgain | null): ExitCode {
  if (exit === 1 || exit === 2 || exit === 5) return exit;
  return again !== null && again.different.length > 0 ? 5 : 0;
}
