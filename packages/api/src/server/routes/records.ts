import { artifactDocument, OrchestratorError, reportMarkdown, reportOf } from "@writ/core";
import { checkpointsOf, decisionRecord, replayDocument, replayRecorded, replayUnder } from "@writ/runtime";
import { json, type Handlers } from "../call.ts";
import { knownRun } from "../known-run.ts";
import { tarOf } from "../tar.ts";

type RecordOperation =
  | "list_artifacts"
  | "get_artifact"
  | "get_record"
  | "get_report"
  | "list_checkpoints"
  | "replay_task"
  | "export_task";

/** What a task leaves behind, for people and for verifiers. */
export const RECORD_HANDLERS: Handlers<RecordOperation> = {
  async list_artifacts({ params }, { desk }) {
    const run = await knownRun(desk, params.id);
    return json({ items: (await desk.store.views.artifacts(run)).map(artifactDocument) });
  },

  async get_artifact({ params }, { desk, readFile, hash }) {
    const run = await knownRun(desk, params.id);
    const artifact = (await desk.store.views.artifacts(run)).find(({ sha256 }) => sha256 === params.sha256);
    if (artifact === undefined)
      throw new OrchestratorError(
        "file_not_found",
        `${run} left no file with this SHA-256; see: GET /tasks/${run}/artifacts`,
      );
    const bytes = await readFile(artifact.path);
    if (bytes === null || hash.sha256Hex(bytes) !== artifact.sha256)
      throw new OrchestratorError(
        "artifact_changed",
        `${artifact.path} is not what the task left any more; what it wrote is in the evidence: GET /tasks/${run}/export`,
      );
    const name = encodeURIComponent(artifact.path.split("/").at(-1) ?? "file");
    const headers = { "content-disposition": `attachment; filename*=UTF-8''${name}`, etag: `"${artifact.sha256}"` };
    return { kind: "bytes", media: "application/octet-stream", bytes, headers };
  },

  async get_record({ params }, { desk }) {
    return json(await decisionRecord(desk, await knownRun(desk, params.id)));
  },

  async get_report({ params, media }, { desk }) {
    const report = reportOf(await desk.history(await knownRun(desk, params.id)));
    if (media === "text/markdown")
      return { kind: "bytes", media: "text/markdown; charset=utf-8", bytes: reportMarkdown(report) };
    return json(report);
  },

  async list_checkpoints({ params }, { desk }) {
    const found = await checkpointsOf(desk, await knownRun(desk, params.id));
    return json({ items: found.map(({ digest, kept, document }) => ({ digest, stored: kept, document })) });
  },

  async replay_task({ params, query }, { desk }) {
    const run = await knownRun(desk, params.id);
    if (query.against !== undefined) {
      const history = await desk.history(run);
      const { document } = replayUnder(history, { ...history.state.rules.policy, mode: query.against });
      return json({ run, against: query.against, ...document });
    }
    const { found, of } = await replayRecorded(desk, run);
    return json(replayDocument(run, found, of));
  },

  async export_task({ params, query }, { desk, exportBundle }) {
    const run = await knownRun(desk, params.id);
    const files = await exportBundle(run, query.payloads ?? "included");
    const headers = { "content-disposition": `attachment; filename="${run}.tar"` };
    return { kind: "bytes", media: "application/x-tar", bytes: await tarOf(run, files), headers };
  },
};
