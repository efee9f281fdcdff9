import { statSync } from "node:fs";
import { resolve } from "node:path";
import { replayBundle, type ReplayedAgain } from "@writ/runtime";
import { OrchestratorError, parseVkey, type Verification, verifyBundle, verifyReceipt } from "@writ/core";
import { argumentOf, hasOption, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { readBundle, verifier } from "../compose-audit.ts";
import { readGiven } from "../read-given.ts";
import { bundleLines } from "../terminal/bundle-view.ts";

/** `writ verify-bundle DIR|RECEIPT`: from the bytes alone, with no workspace, and replayed again where the payloads are there. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const place = argumentOf(invocation, "bundle") ?? "";
  const path = resolve(world.cwd, place);
  const seen = optionOf(invocation, "--last-seen");
  const options = {
    trust: trusted(optionOf(invocation, "--trust")),
    lastSeen: seen === undefined ? undefined : readGiven(world, seen),
    requirePayloads: hasOption(invocation, "--require-payloads"),
  };
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) throw noBundle(place);
  const files = kind.isDirectory() ? readBundle(path) : null;
  const found =
    files === null ? verifyReceipt(readGiven(world, path), verifier, options) : verifyBundle(files, verifier, options);
  if (found.errors.some(({ code }) => code === "bundle_not_found")) throw noBundle(place);
  const again = files !== null && found.ok ? await replayBundle(files, verifier) : null;
  const exit = exitOf(found, again);
  if (invocation.json) terminal.json({ ...found, ok: exit === 0, exit, replayed_again: again });
  else terminal.out(bundleLines(terminal.screen(), found, again));
  return exit;
}

/** A key with a slip in it would be told as a bundle of another signer. @throws OrchestratorError `input_malformed` */
function trusted(text: string | undefined): string | undefined {
  if (text === undefined || parseVkey(verifier, text) !== undefined) return text;
  throw new OrchestratorError(
    "input_malformed",
    `--trust ${text} is not a whole key; copy it as it is printed where the bundle was made, by: writ key show`,
  );
}

function noBundle(place: string): OrchestratorError {
  return new OrchestratorError(
    "bundle_not_found",
    `${place} holds no export; check the path, or make one with: writ audit export <run> DIR`,
    { details: { place } },
  );
}

function exitOf({ exit }: Verification, again: ReplayedAgain | null): ExitCode {
  if (exit === 1 || exit === 2 || exit === 5) return exit;
  return again !== null && again.different.length > 0 ? 5 : 0;
}
