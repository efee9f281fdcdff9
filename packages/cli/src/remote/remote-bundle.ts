import { readTar } from "@writ/api/client/read-tar";
import {
  isJsonArray,
  isJsonObject,
  parseStrict,
  verifyBundle,
  type JsonObject,
  type VerifierPlatform,
} from "@writ/core";
import type { BundleFolder, ControlRequest } from "@writ/runtime";
import type { ServerLine } from "./server-line.ts";
import { notOurs } from "./server-problem.ts";
import { unsupported } from "./unsupported.ts";

type Export = Extract<ControlRequest, { readonly method: "audit_export" }>;

/** Fetches the evidence of a run; what does not hold is not written. */
export async function exportBundle(
  line: ServerLine,
  platform: VerifierPlatform,
  bundles: BundleFolder,
  { run, since, folder, payloads }: Export,
): Promise<JsonObject> {
  if (run === null) throw unsupported("writ audit export --all");
  if (since !== null) throw unsupported("writ audit export --since");
  const archive = await line.bytes("export_task", { params: { id: run }, query: { payloads } }, "application/x-tar");
  const files = await readTar(run, archive);
  if (files === null) throw notOurs(line.server, "the evidence is no archive of one folder");
  const found = verifyBundle(files, platform, {});
  if (!found.ok)
    throw notOurs(line.server, `the evidence does not hold (${found.errors.map(({ code }) => code).join(", ")})`);
  await bundles.write(folder, files);
  return {
    size: found.size,
    entries: found.entries,
    payloads: found.payloads_verified + found.payloads_redacted,
    documents: found.documents,
    key: found.key,
    checkpoint: textOf(files.get("checkpoint")),
    replay: runsIn(textOf(files.get("replay.json"))),
  };
}

function runsIn(text: string) {
  const report = parseStrict(text);
  const runs = isJsonObject(report) ? report["runs"] : undefined;
  return runs !== undefined && isJsonArray(runs) ? runs : [];
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
