import {
  epochMs,
  intake,
  loosened,
  InvariantError,
  isJsonArray,
  mintId,
  OrchestratorError,
  parseId,
  preparePlan,
  relaxes,
  taskView,
  tightened,
  UNDO_DOOR,
  verifyPlan,
  type Actor,
  type Amounts,
  type ApprovalMode,
  type BudgetDocument,
  type Hasher,
  type Json,
  type JsonObject,
  type Limits,
  type Pins,
  type Plan,
  type Policy,
  type PlanVerdict,
  type PolicyMode,
  type Rules,
  type RunId,
  type RunSettings,
  type RunView,
  type Sealer,
  type StartInput,
  type TaskView,
  type ToolRules,
} from "@writ/core";
import type { Engine } from "../engine/engine.ts";
import type { Clock } from "../ports/clock.ts";
import type { Entropy } from "../ports/entropy.ts";
import type { RunQuery, Store } from "../ports/store.ts";
import { createRequest } from "./create-request.ts";
import { readHistory, type History } from "./history.ts";
import { runNamed } from "./named.ts";
import { malformedPlan, refusedPlan } from "./plan-refusal.ts";
import { undoPlan } from "./undo-plan.ts";

/** The longest goal that is read; a longer text belongs into a file given with --context. */
const MAX_GOAL = 20_000;

/** What bounds runs in this workspace, from configuration. */
export interface TaskDefaults {
  readonly limits: Limits;
  readonly mode: PolicyMode;
  readonly ceiling: ApprovalMode;
  readonly approvalTtlMs: number;
  readonly timeoutMs: number;
  readonly width: number;
  readonly onFatal: "pause" | "fail";
}

export interface TaskPorts {
  readonly store: Store;
  /** Null where this process only looks. */
  readonly engine: Engine | null;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hash: Hasher;
  /** The configuration as documents runs refer to; null where this process only looks. */
  readonly pinned: { readonly pins: Pins; readonly rules: Rules } | null;
  readonly rules: ToolRules;
  readonly policy: Policy;
  readonly rulesOf: (run: RunId) => Promise<Rules>;
  readonly defaults: TaskDefaults;
}

/** What a caller asks for. A request may tighten mode and budget, never loosen them. */
export interface TaskRequest {
  readonly goal: string;
  /** A plan a person or a program wrote; null asks the planner. */
  readonly plan: JsonObject | null;
  readonly author: "person" | "program" | null;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly context: readonly { readonly name: string; readonly text: string }[];
  readonly door: string;
  readonly mode: PolicyMode | null;
  readonly budget: BudgetDocument;
  readonly approvalTtlMs: number | null;
  readonly deadlineAtMs: number | null;
  /** False leaves the run planned, to be looked at first. */
  readonly begin: boolean;
  /** The id it is to have; null for a new one. */
  readonly run: string | null;
}

/** Runs by their public name at the doors: create, look, steer. */
export class Tasks {
  readonly #ports: TaskPorts;

  constructor(ports: TaskPorts) {
    this.#ports = ports;
  }

  /**
   * Starts a run. A plan that was handed in is verified before anything is written.
   *
   * @throws OrchestratorError `goal_empty`, `goal_too_long`, `policy_relaxation`, `plan_refused`, `budget_exceeded`
   */
  async create(request: TaskRequest, actor: Actor): Promise<RunId> {
    if (request.door === UNDO_DOOR) throw new InvariantError("an undo is made from the run it takes back");
    return this.#start(request, this.#settings(request), actor);
  }

  async #start(request: TaskRequest, settings: RunSettings, actor: Actor): Promise<RunId> {
    const { clock, entropy, pinned } = this.#ports;
    if (pinned === null) throw new InvariantError("starting needs the engine");
    const { pins } = pinned;
    const now = epochMs(clock.now());
    const plan = request.plan === null ? null : this.#identified(request, request.plan);
    const named = request.run === null ? null : parseId("run", request.run);
    const run = named?.ok === true ? named.value : mintId("run", now, entropy.bytes(10));
    const secret = entropy.bytes(32);
    const goal = {
      text: request.goal,
      ...(request.context.length === 0 ? {} : { context: request.context.map((each): Json => ({ ...each })) }),
    };
    const make = (seal: Sealer): StartInput => ({
      type: "start",
      goal: seal.json(goal),
      key_secret: seal.bytes(secret),
      inputs: seal.json(request.inputs),
      plan: plan === null ? null : seal.json(plan),
      settings,
      pins,
    });
    try {
      await this.#engine().start(run, make, actor);
    } catch (error) {
      if (plan !== null && error instanceof OrchestratorError && error.code === "plan_refused")
        this.#assertSound(request, plan, settings);
      throw error;
    }
    return run;
  }

  /**
   * Verifies a plan as `create` would, without writing anything; a verdict other than ok is what `refusedPlan` makes of it.
   *
   * @throws OrchestratorError as `create`, of a plan that cannot be read
   */
  check(request: TaskRequest, proposal: JsonObject): { readonly plan: Plan; readonly verdict: PlanVerdict } {
    const settings = this.#settings(request);
    const prepared = this.#identified(request, proposal);
    const read = intake(this.#ports.hash, prepared);
    if (!read.ok) throw malformedPlan(read.error);
    if (read.value.problems.length > 0) throw malformedPlan(read.value.problems);
    return { plan: read.value.plan, verdict: this.#verify(read.value.plan, request, settings) };
  }

  #engine(): Engine {
    if (this.#ports.engine === null) throw new InvariantError("acting needs the engine");
    return this.#ports.engine;
  }

  async show(run: RunId): Promise<TaskView> {
    const { state, approvals, artifacts } = await this.history(run);
    return taskView(state, approvals, artifacts);
  }

  async history(run: RunId): Promise<History> {
    return readHistory(this.#ports.store, run, await this.#ports.rulesOf(run));
  }

  async list(query: RunQuery): Promise<readonly RunView[]> {
    return this.#ports.store.views.runs(query);
  }

  /**
   * The one run a text names: a full id, or a unique prefix of at least four characters with or without `run_`.
   *
   * @throws OrchestratorError `run_not_found`, `ambiguous_id`
   */
  named(text: string): Promise<RunId> {
    return runNamed(this.#ports.store.views, text);
  }

  /** Lets a planned or paused run go on. */
  async resume(run: RunId, actor: Actor): Promise<void> {
    await this.#steer(run, actor, { type: "resume" });
  }

  async pause(run: RunId, actor: Actor): Promise<void> {
    await this.#steer(run, actor, { type: "pause" });
  }

  async cancel(run: RunId, reason: string, actor: Actor): Promise<void> {
    const { facts } = await this.#engine().deliver(
      run,
      (seal) => ({ type: "cancel", reason: seal.text(reason) }),
      actor,
    );
    if (facts.length === 0) throw await this.#unanswered(run, "cancel");
  }

  async extend(run: RunId, amounts: Amounts, reason: string, actor: Actor): Promise<void> {
    const { facts } = await this.#engine().deliver(
      run,
      (seal) => ({ type: "extend", amounts, reason: seal.text(reason) }),
      actor,
    );
    if (facts.length === 0) throw await this.#unanswered(run, "extend");
  }

  /** A person's word on a step in doubt or in review. */
  async resolve(
    run: RunId,
    step: string,
    answer: "happened" | "did_not_happen" | "retry" | "skip",
    actor: Actor,
  ): Promise<void> {
    const state = await this.#engine().state(run);
    const attempt = state.steps.get(step)?.attempts;
    if (attempt === undefined)
      throw new OrchestratorError("step_not_found", `${run} has no step ${step}; see its steps with: writ show ${run}`);
    const { facts } = await this.#engine().deliver(run, () => ({ type: "resolve", step, attempt, answer }), actor);
    if (facts.length === 0)
      throw new OrchestratorError(
        "nothing_to_answer",
        `${step} is neither in doubt nor in review for that answer; see: writ show ${run}`,
      );
  }

  /**
   * Starts a run that takes back what another one did, newest first, behind the same gates. Taking back counts
   * against no bound on steps (R10), so this run has as many as it needs, and the calls for them.
   *
   * @throws OrchestratorError `run_not_found`, `nothing_to_answer`, `plan_refused`
   */
  async undo(run: RunId, actor: Actor): Promise<RunId> {
    const plan = undoPlan(await this.history(run), this.#ports.rules);
    const goal = `Take back ${run}`;
    const { method: _, ...request } = createRequest({ goal, plan, author: "program", door: UNDO_DOOR });
    const settings = this.#settings(request);
    return this.#start(request, { ...settings, budget: roomFor(stepsIn(plan), settings.budget) }, actor);
  }

  async #steer(run: RunId, actor: Actor, input: { readonly type: "pause" | "resume" }): Promise<void> {
    const { facts } = await this.#engine().deliver(run, () => input, actor);
    if (facts.length === 0) throw await this.#unanswered(run, input.type);
  }

  async #unanswered(run: RunId, verb: string): Promise<OrchestratorError> {
    const view = await this.#ports.store.views.run(run);
    if (view?.ended_at_ms != null)
      return new OrchestratorError("run_ended", `${run} has ended as ${view.status}; see it with: writ show ${run}`);
    return new OrchestratorError(
      "nothing_to_answer",
      `${run} is ${view?.status ?? "gone"}; there is nothing to ${verb}. See it with: writ show ${run}`,
    );
  }

  #settings(request: TaskRequest): RunSettings {
    const { defaults } = this.#ports;
    if (request.goal.trim() === "" && request.plan === null)
      throw new OrchestratorError(
        "goal_empty",
        'the goal is empty; say what you want, such as: writ run "Find new docs and summarize them"',
      );
    if (request.goal.length > MAX_GOAL)
      throw new OrchestratorError(
        "goal_too_long",
        `the goal has ${request.goal.length} characters, ${MAX_GOAL} are read; put the text into a file and give it with: --context FILE`,
      );
    if (request.mode !== null && relaxes(request.mode, defaults.mode)) {
      throw new OrchestratorError(
        "policy_relaxation",
        `a request may only tighten the policy mode: this workspace is ${defaults.mode}, you asked for ${request.mode}; change it in your own configuration: writ config show`,
      );
    }
    const [looser] = loosened(defaults.limits, request.budget);
    if (looser !== undefined) {
      const { field, allowed, wanted } = looser;
      throw new OrchestratorError(
        "policy_relaxation",
        `a request may only tighten the budget: ${field} is ${allowed}, you asked for ${wanted}; change it in your own configuration: writ config show`,
      );
    }
    return {
      tenant: this.#ports.store.log.tenant,
      door: request.door,
      mode: request.mode ?? defaults.mode,
      ceiling: defaults.ceiling,
      intent: null,
      budget: tightened(defaults.limits, request.budget),
      width: defaults.width,
      approval_ttl_ms: Math.min(defaults.approvalTtlMs, request.approvalTtlMs ?? defaults.approvalTtlMs),
      timeout_ms: defaults.timeoutMs,
      begin: request.begin,
      on_fatal: defaults.onFatal,
      deadline_at_ms: request.deadlineAtMs,
      ttl_ms: null,
    };
  }

  #identified(request: TaskRequest, proposal: JsonObject): JsonObject {
    const { clock, entropy, hash } = this.#ports;
    const planner = { kind: request.author ?? "person", ref: request.door, version: "1", model_call_ids: [] };
    const sealed = this.#ports.engine?.masked(proposal) ?? proposal;
    return preparePlan(
      hash,
      { planner, ...sealed },
      { planId: mintId("plan", epochMs(clock.now()), entropy.bytes(10)), planVersion: 1, supersedes: null },
    );
  }

  /** What is wrong with a plan that the run refused, in words for whoever handed it in. @throws OrchestratorError with its findings */
  #assertSound(request: TaskRequest, plan: JsonObject, settings: RunSettings): void {
    const read = intake(this.#ports.hash, plan);
    if (!read.ok) throw malformedPlan(read.error);
    if (read.value.problems.length > 0) throw malformedPlan(read.value.problems);
    const verdict = this.#verify(read.value.plan, request, settings);
    if (verdict.verdict !== "ok") throw refusedPlan(verdict.findings, read.value.plan, this.#ports.rules);
  }

  #verify(plan: Plan, request: TaskRequest, settings: RunSettings): PlanVerdict {
    const { rules, policy, clock, hash } = this.#ports;
    const { steps, tool_calls, tokens, cost_millicents, wall_clock_ms } = settings.budget;
    return verifyPlan(hash, {
      plan,
      tools: rules,
      policy,
      mode: settings.mode,
      ceiling: settings.ceiling,
      limits: settings.budget,
      remaining: { steps, tool_calls, tokens, cost_millicents, wall_clock_ms },
      door: settings.door,
      intent: settings.intent,
      inputs: new Set(Object.keys(request.inputs)),
      settled: new Map(),
      evidence: new Set(),
      refusedPlans: new Set(),
      at: epochMs(clock.now()),
    });
  }
}

function stepsIn({ steps }: JsonObject): number {
  return steps !== undefined && isJsonArray(steps) ? steps.length : 0;
}

/** Bounds in which so many calls can be made, retries included. */
function roomFor(steps: number, limits: Limits): Limits {
  return {
    ...limits,
    steps: Math.max(limits.steps, steps),
    tool_calls: Math.max(limits.tool_calls, steps + limits.retries),
  };
}
