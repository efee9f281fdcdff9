import type {
  ApprovalView,
  JsonObject,
  LogKey,
  Plan,
  PlanVerdict,
  PolicyMode,
  Problem,
  Rules,
  RunId,
  ToolRules,
} from "@writ/core";
import type { Config } from "../config/config.ts";
import type { RunRows } from "../ports/run-rows.ts";
import type { ApprovalDetail } from "./approvals.ts";
import type { ControlRequest } from "./control.ts";
import type { CreateRequest } from "./create-request.ts";
import type { GoalComparison } from "./goal-comparison.ts";
import type { History } from "./history.ts";
import type { PlanSetting } from "./plan-answers.ts";
import type { LogCheck } from "./proofs.ts";
import type { KeptCheckpoint } from "./run-documents.ts";

/**
 * What commands about runs ask of a workspace, wherever it lies: the desk of this process answers, and so does a server
 * that is asked over HTTP. What a run is follows from its journal, so both hand out its entries and whoever asks folds
 * them: what is shown of a run cannot differ between the two.
 */
export interface RunDesk {
  /** Address of the server that is asked; null where this process looks itself. */
  readonly server: string | null;
  /** What plans are judged by that are made now. */
  readonly config: Pick<Config, "policy" | "ceiling" | "limits">;
  readonly toolRules: ToolRules;
  readonly store: RunRows;
  rulesOf(run: RunId): Promise<Rules>;
  /** @throws OrchestratorError `run_not_found`, `rules_unknown` */
  history(run: RunId): Promise<History>;
  /** @throws OrchestratorError `run_not_found`, `ambiguous_id` */
  runNamed(text: string): Promise<RunId>;
  /** @throws OrchestratorError `approval_not_found`, `ambiguous_id` */
  approvalNamed(text: string): Promise<ApprovalView>;
  approvalDetail(view: ApprovalView): Promise<ApprovalDetail>;
  /**
   * Plans and verifies without writing anything.
   *
   * @throws OrchestratorError `no_planner`, `plan_refused`, `policy_denied`, `policy_relaxation`, `budget_exceeded`
   */
  dryRun(request: CreateRequest): Promise<CheckedPlan>;
  /** What policy will answer is judged against; null for the configured mode. */
  planSetting(mode: PolicyMode | null): PlanSetting;
  /** Whether some template takes the text of a file under this name. */
  isFileInput(name: string): boolean;
  /** How a goal compares with every template. */
  compare(goal: string): Promise<GoalComparison>;
  /** The decision record. @throws OrchestratorError `nothing_to_answer`, `log_corrupt` */
  record(run: RunId): Promise<JsonObject>;
  /** Every checkpoint, held against the journal by whoever keeps it. */
  checkpoints(run: RunId): Promise<readonly ShownCheckpoint[]>;
  /** Hashes every entry of the log again. */
  checkLog(): Promise<LogCheck>;
  /**
   * Proofs that entries of a run stand in the log, under a head signed for them.
   *
   * @param entry only the one at this position; null for all of the run
   */
  proofs(run: RunId, entry: number | null): Promise<RunProofs>;
  /** Runs that were added to at or behind a position of the log, and where it ends now; null asks for the end alone. */
  moved(from: number | null): Promise<{ readonly end: number; readonly runs: ReadonlySet<string> }>;
  /**
   * Has something done, as who sits at the terminal.
   *
   * @throws OrchestratorError whatever the request meets
   */
  send(request: ControlRequest): Promise<JsonObject>;
  /** Calls back when entries may have been added, by whichever process. Returns the way to stop. */
  nudges(listener: () => void): () => void;
  /**
   * Somebody at the terminal stops waiting.
   *
   * @returns `pauses`: what it called may still answer for a moment, nothing new starts; `goes_on`: somebody else drives it
   */
  interrupt(run: RunId): Promise<"pauses" | "goes_on">;
  close(): Promise<void>;
}

/** A plan that would run, and what was found of it beside that. */
export interface CheckedPlan {
  readonly plan: Plan;
  readonly findings: readonly Problem[];
  readonly strictness: Omit<PlanVerdict["strictness"], "passes"> & { readonly passes: number };
}

/** A checkpoint, and how what is stored of it compares with the journal. */
export interface ShownCheckpoint extends Pick<KeptCheckpoint, "kept" | "document"> {
  readonly digest: string;
}

/** Proofs of inclusion, one document an entry. */
export interface RunProofs {
  /** The signed head. */
  readonly note: string;
  /** The key in force. */
  readonly key: LogKey;
  readonly seqs: readonly number[];
  /** Canonical JSON, in the order of `seqs`. */
  readonly proofs: readonly string[];
}
