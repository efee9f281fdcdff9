import { OrchestratorError, type StoredEntry } from "@writ/core";
import { governingDocument, rulesDocument } from "@writ/runtime";
import { json, type Handlers } from "../call.ts";
import { knownRun } from "../known-run.ts";
import { taskWish } from "../task-wish.ts";

const USUAL_ENTRIES = 200;
const USUAL_NAMES = 10;

type JournalOperation =
  | "get_journal"
  | "get_task_rules"
  | "get_rules"
  | "compare_goal"
  | "check_task"
  | "complete_name";

/** What somebody needs who folds journals elsewhere, as the command line does with `--server`. */
export const JOURNAL_HANDLERS: Handlers<JournalOperation> = {
  async get_journal({ params, query }, { desk }) {
    const run = await knownRun(desk, params.id);
    const { from = 1, limit = USUAL_ENTRIES } = query;
    const entries = await desk.store.journal.read(run, from, from + limit);
    const shown = entries.slice(0, limit);
    return json({ items: shown.map(entryDocument), next_from: entries.length > limit ? from + limit : null });
  },

  async get_task_rules({ params }, { desk }) {
    return json(rulesDocument(await desk.rulesOf(await knownRun(desk, params.id))));
  },

  async get_rules(_call, { desk }) {
    const { policy, ceiling, limits } = desk.config;
    const governing = governingDocument({ policy, tools: desk.toolRules });
    const { hasModel } = desk.planSetting(null);
    return json({ ...governing, ceiling, limits, has_model: hasModel, file_inputs: desk.fileInputs() });
  },

  compare_goal: async ({ body }, { desk }) => json(await desk.compare(body.goal)),

  async check_task({ body }, { desk }) {
    const { plan, findings, strictness } = await desk.dryRun(await taskWish(body, desk));
    const { tier, passes, warningsAreErrors, objects } = strictness;
    return json({
      plan_hash: plan.hash,
      verdict: "ok",
      findings,
      strictness: { tier, passes, warnings_are_errors: warningsAreErrors, objects },
      document: plan.document,
    });
  },

  async complete_name({ query }, { desk }) {
    const { kind, prefix, limit = USUAL_NAMES } = query;
    return json({ items: await desk.store.views.complete(kind, prefix, limit) });
  },
};

function entryDocument({ seq, version, bytes, payloads }: StoredEntry) {
  if (version === null) throw new OrchestratorError("entry_malformed", `entry ${seq} belongs to no task`);
  const text = (part: Uint8Array | null): string | null =>
    part === null ? null : Buffer.from(part).toString("base64");
  return {
    seq,
    version,
    bytes,
    payloads: payloads.map(({ n, salt, bytes: payload }) => ({ n, salt: text(salt), bytes: text(payload) })),
  };
}
