import {
  durationMs,
  type Actor,
  type DurationMs,
  type JsonObject,
  type OrchestratorError,
  type Plan,
  type PlanVerdict,
  type RunId,
  type TraceParent,
} from "@writ/core";
import type { Config } from "../config/config.ts";
import type { Store } from "../ports/store.ts";
import type { Tool } from "../ports/tool.ts";
import type { TemplateMatch } from "../roles/template-match.ts";
import type { ControlRequest } from "./control.ts";
import type { CreateRequest } from "./create-request.ts";
import type { RunDesk } from "./run-desk.ts";

/** What a call that is under way gets to answer when somebody leaves. */
export const INTERRUPT_PATIENCE = durationMs(3_000);

/** A workspace as a door sees it that works in it: what can be read, and who is asked to act. */
export interface Desk extends RunDesk {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** `.orchestrate` in it. */
  readonly folder: string;
  readonly config: Config;
  readonly tools: ReadonlyMap<string, Tool>;
  /** For reading; the owner's own when this process owns the workspace. */
  readonly store: Store;
  /** Why this process writes nothing more; null while all is well. */
  failure(): OrchestratorError | null;
  /** The store to write to: this process becomes the owner. @throws OrchestratorError `workspace_owned` while another one is */
  own(): Promise<Store>;
  /**
   * Plans and verifies without writing anything, and answers whatever is found.
   *
   * @throws OrchestratorError `no_planner`, `plan_refused`, `policy_relaxation`
   */
  check(request: CreateRequest): Promise<{ readonly plan: Plan; readonly verdict: PlanVerdict }>;
  /** Names for which `isFileInput` is so. */
  fileInputs(): readonly string[];
  /** How a goal compares with every template. */
  explain(goal: string): TemplateMatch;
  /**
   * Asks the process that owns the workspace; becomes it when nobody does.
   *
   * @param actor who asks; who sits at the terminal where it is left out
   * @throws OrchestratorError whatever the request meets
   */
  send(request: ControlRequest, actor?: Actor): Promise<JsonObject>;
  /** Who asked for a run over a protocol that says so: where this process drives it, its trace names them. */
  calledBy(run: RunId, caller: TraceParent): void;
  /**
   * Lets runs that this process drives come to rest, then lets go of the workspace.
   *
   * @param patience how long that may take; what is under way then is interrupted, and taken up at the next start
   */
  close(patience?: DurationMs): Promise<void>;
}
