import { intake, plainJson, type VerifierPlatform } from "@writ/core";
import {
  approvalNamed,
  frozenDetail,
  Reading,
  RecentReadings,
  readGoverning,
  requestIn,
  runNamed,
  type BundleFolder,
  type Clock,
  type ControlRequest,
  type RunDesk,
} from "@writ/runtime";
import { exportBundle } from "./remote-bundle.ts";
import { remoteControl, wishOf } from "./remote-control.ts";
import { RemoteJournal } from "./remote-journal.ts";
import { remoteLog } from "./remote-log.ts";
import { remoteViews } from "./remote-views.ts";
import type { ServerLine } from "./server-line.ts";
import { ServerNews } from "./server-news.ts";
import { notOurs, objectionOf } from "./server-problem.ts";

export interface RemotePorts {
  readonly line: ServerLine;
  readonly platform: VerifierPlatform;
  readonly clock: Clock;
  readonly bundles: BundleFolder;
  /** Before what only a person may do. @throws OrchestratorError `approval_agent_forbidden` */
  readonly admit: (request: ControlRequest) => void;
  /** Tells a person something beside the answer. */
  readonly warn: (sentence: string) => void;
}

/**
 * The desk of a server: journals and rows come from there, and what is shown is folded from them here, by the same
 * functions as at the desk of this process.
 *
 * @throws OrchestratorError `server_unreachable`, `server_answer_invalid`, `token_invalid`
 */
export async function remoteDesk(ports: RemotePorts): Promise<RunDesk> {
  const { line, platform, clock, bundles, admit, warn } = ports;
  const present = await line.call("get_rules", {});
  const { policy, tools } = readGoverning(platform, present);
  const { ceiling, limits, has_model: hasModel } = present;
  const fileInputs = new Set(present.file_inputs);
  const journal = new RemoteJournal(line, platform);
  const views = remoteViews(line);
  const store = { journal, views };
  const last = new RecentReadings(async (run) => new Reading(store, run, await journal.rulesOf(run)));
  const news = new ServerNews(line);
  const parts = { exportTo: exportBundle.bind(null, line, platform, bundles) };
  return {
    ...remoteLog(line, platform),
    server: line.server,
    config: { policy, ceiling, limits },
    toolRules: tools,
    store,
    rulesOf: (run) => journal.rulesOf(run),
    history: (run) => last.history(run),
    runNamed: (text) => runNamed(views, text),
    approvalNamed: (text) => approvalNamed(views, text),
    async approvalDetail(view) {
      const { state, entries } = await last.history(await runNamed(views, view.run_id));
      const frozen = frozenDetail(view, requestIn(state, entries, view));
      if (view.status !== "waiting") return { ...frozen, moved: null, live: null };
      const { moved, live } = await line.call("get_approval", { params: { id: view.approval_id } });
      return { ...frozen, moved, live };
    },
    async dryRun(request) {
      const { document, findings, strictness } = await line.call("check_task", { body: wishOf(request) });
      const read = intake(platform, plainJson(document));
      if (!read.ok) throw notOurs(line.server, "the plan it checked cannot be read");
      const { warnings_are_errors: warningsAreErrors, ...rest } = strictness;
      return { plan: read.value.plan, findings: findings.map(objectionOf), strictness: { ...rest, warningsAreErrors } };
    },
    planSetting: (mode) => ({ tools, policy, mode: mode ?? policy.mode, hasModel, at: clock.now() }),
    isFileInput: (name) => fileInputs.has(name),
    compare: (goal) => line.call("compare_goal", { body: { goal } }),
    record: async (id) => line.call("get_record", { params: { id } }),
    async checkpoints(id) {
      const { items } = await line.call("list_checkpoints", { params: { id } });
      return items.map(({ digest, stored: kept, document }) => ({ digest, kept, document }));
    },
    async send(request) {
      admit(request);
      return remoteControl(line, parts, request);
    },
    nudges: (listener) => news.listen(listener),
    async interrupt(run) {
      line.leave();
      warn(`the run goes on at ${line.server}; see it with: writ show ${run} --follow`);
      return "goes_on";
    },
    close: () => news.close(),
  };
}
