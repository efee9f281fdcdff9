import {
  durationMs,
  type Actor,
  type DurationMs,
  type ApprovalView,
  type JsonObject,
  type Plan,
  type PlanVerdict,
  type PolicyMode,
  type Rules,
  type RunId,
  type ToolRules,
  type TraceParent,
} from "@writ/core";
import type { Config } from "../config/config.ts";
import type { Store } from "../ports/store.ts";
import type { Tool } from "../ports/tool.ts";
import type { TemplateMatch } from "../roles/template-match.ts";
import type { ApprovalDetail } from "./approvals.ts";
import type { ControlRequest } from "./control.ts";
import type { CreateRequest } from "./create-request.ts";
import type { History } from "./history.ts";
import type { PlanSetting } from "./plan-answers.ts";

/** What a call that is under way gets to answer when somebody leaves. */
export const INTERRUPT_PATIENCE = durationMs(3_000);

/** A workspace as a door sees it: what can be read, and who is asked to act. */
export interface Desk {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** `.orchestrate` in it. */
  readonly folder: string;
  readonly config: Config;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly toolRules: ToolRules;
  /** For reading; the owner's own when this process owns the workspace. */
  readonly store: Store;
  rulesOf(run: RunId): Promise<Rules>;
  history(run: RunId): Promise<History>;
  /** @throws OrchestratorError `run_not_found`, `ambiguous_id` */
  runNamed(text: string): Promise<RunId>;
  /** @throws OrchestratorError `approval_not_found`, `ambiguous_id` */
  approvalNamed(text: string): Promise<ApprovalView>;
  approvalDetail(view: ApprovalView): Promise<ApprovalDetail>;
  /**
   * Plans and verifies without writing anything.
   *
   * @throws OrchestratorError `no_planner`, `plan_refused`, `policy_relaxation`
   */
  check(request: CreateRequest): Promise<{ readonly plan: Plan; readonly verdict: PlanVerdict }>;
  /** The store to write to: this process becomes the owner. @throws OrchestratorError `workspace_owned` while another one is */
  own(): Promise<Store>;
  /** What policy will answer is judged against; null for the configured mode. */
  planSetting(mode: PolicyMode | null): PlanSetting;
  /** Whether some template takes the text of a file under this name. */
  isFileInput(name: string): boolean;
  /** How a goal compares with every template. */
  explain(goal: string): TemplateMatch;
  /**
   * Asks the process that owns the workspace; becomes it when nobody does.
   *
   * @param actor who asks; who sits at the terminal where it is left out
   * @throws OrchestratorError whatever the request meets
   */
  send(request: ControlRequest, actor?: Actor): Promise<JsonObject>;
  /** Calls back when entries may have been added, by whichever process. Returns the way to stop. */
  nudges(listener: () => void): () => void;
  /** Who asked for a run over a protocol that says so: where this process drives it, its trace names them. */
  calledBy(run: RunId, caller: TraceParent): void;
  /**
   * Somebody at the terminal stops waiting. A run that this process drives is paused: what it called may still answer
   * for a moment, nothing new starts. A run that another process drives goes on.
   */
  interrupt(run: RunId): Promise<void>;
  /**
   * Lets runs that this process drives come to rest, then lets go of the workspace.
   *
   * @param patience how long that may take; what is under way then is interrupted, and taken up at the next start
   */
  close(patience?: DurationMs): Promise<void>;
}
