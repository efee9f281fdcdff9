import { InvariantError } from "../base/error.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { Queue } from "../base/queue.ts";
import { Timers } from "../base/timers.ts";
import { DEFAULT_LIMITS, NOTHING, type Limits } from "../budget/budget.ts";
import type { Progress, SeenCall } from "../budget/loop-guard.ts";
import type { Amounts } from "../budget/amounts.ts";
import type { Block, Plan } from "../plan/plan.ts";
import { EXECUTOR, type Actor } from "./actor.ts";
import type { Binding } from "./binding.ts";
import type { Effect, EffectKey } from "./effect.ts";
import type { Authority, Outcome } from "./event.ts";
import type { Pins, RunSettings } from "./input.ts";
import type { Reason } from "./reason.ts";
import type { Rules } from "./rules.ts";

/** What is now the case. `evolve` owns it and updates it in place; nobody else keeps a reference into it. */
export interface RunState {
  readonly rules: Rules;
  readonly run: string;
  status: "new" | "planning" | "working" | "undoing" | "ended";
  /** Instant, number and author of the entry being folded, and how many of its facts were. */
  now: number;
  version: number;
  actor: Actor;
  facts: number;
  tenant: string;
  door: string;
  settings: RunSettings | null;
  pins: Pins | null;
  goal: Payload | null;
  keySecret: Payload | null;
  inputs: Payload | null;
  startedAt: number;
  startedBy: string;
  endedAt: number | null;

  hold: Reason | null;
  doubts: number;
  reviews: number;
  /** Steps of which some call may have had its effect, until one answers or a person says so. */
  unsure: Set<string>;
  closing: Ending | null;
  /** A replan waits for open attempts. */
  draining: Reason | null;

  plan: Plan | null;
  /** Whether the verified plan's root block was opened: it waits for a hold, or for the plan's own gate. */
  opened: boolean;
  planGateRounds: number;
  planPayload: Payload | null;
  planVersion: number;
  lineage: string[];
  replans: number;
  refusedPlans: Set<string>;
  planning: PlanningState;

  scopes: Map<string, Scope>;
  ready: Queue<string>;
  steps: Map<string, StepState>;
  /** How often a step of the root block was entered, over all plans. */
  visits: Map<string, number>;
  attempts: Map<string, Attempt>;
  gates: Map<string, Gate>;
  /** The step whose gate an approval is about. */
  requests: Map<string, string>;
  /** Gates whose preview is being made; they take a slot. */
  opening: number;
  timers: Timers;
  work: Map<EffectKey, Effect>;

  limits: Limits;
  used: Amounts;
  reserved: Amounts;
  retries: number;
  /** Calls of `local_write` and above that had their effect, by idempotency key. */
  done: Map<string, Done>;
  /** The step whose call with this key is not settled. */
  open: Map<string, string>;
  /** Steps that wait behind another with the same key. */
  behind: Map<string, string[]>;
  calls: Map<string, SeenCall>;
  trips: number;
  progress: Progress;
  cycles: number;
  undo: Undo[];
  /** Steps that were given to undo phases. */
  undone: number;
  tally: Tally;
}

export interface PlanningState {
  /** Findings of the proposal before, for the planner's repair. */
  readonly findings: Payload | null;
  readonly final: boolean;
}

/** The known outcome of a run whose consequences are not over. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly forced: boolean;
}

/** A block that runs. */
export interface Scope {
  readonly path: string;
  readonly block: Block;
  /** By position: the step's path once it was queued. */
  readonly paths: (string | undefined)[];
  /** By position: how many needs are not met. */
  readonly needs: number[];
  /** Arguments that were fixed when the scope opened, by position. */
  readonly given: ReadonlyMap<number, Payload>;
  /** Steps that are not settled. */
  left: number;
  closed: boolean;
  failing: Reason | null;
}

export type StepStatus =
  | "ready"
  | "queued"
  | "gating"
  | "running"
  | "waiting"
  | "review"
  | "in_doubt"
  | "succeeded"
  | "failed"
  | "skipped"
  | "blocked";

export interface StepState {
  readonly path: string;
  readonly scope: string;
  readonly index: number;
  status: StepStatus;
  attempts: number;
  retries: number;
  interruptions: number;
  rounds: number;
  /** Whether the step was charged as one. */
  counted: boolean;
  toolCall: string | null;
  /** Of the last attempt. */
  key: string | null;
  /** The grant its attempts run under, and how many did. */
  grant: Request | null;
  grantUses: number;
  output: Payload | null;
  /** What later steps read of the output, by pointer text. */
  kept: ReadonlyMap<string, Json> | null;
  reason: Reason | null;
}

/** One sending of a call. Its one entry in `work` is the call, its stop, or its probe. */
export interface Attempt {
  readonly step: string;
  readonly number: number;
  /** The entry that started it. */
  readonly version: number;
  readonly startedAt: number;
  readonly tool: string;
  readonly key: string;
  readonly args: Payload;
  readonly reserve: Amounts;
  readonly authority: Authority;
  effect: "call" | "stop" | "probe";
}

/** A place where a person, or the policy by the same records, must decide. */
export interface Gate {
  readonly step: string;
  readonly round: number;
  readonly rules: readonly string[];
  readonly approver: "person" | "policy";
  status: "opening" | "open" | "granted";
  request: Request | null;
  votes: string[];
}

export interface Request {
  readonly approval: string;
  readonly binding: Binding;
  readonly bindingHash: string;
  readonly args: Payload;
  readonly preview: Payload;
  readonly evidence: readonly { readonly ref: string; readonly value: Payload }[];
  readonly requestedAt: number;
}

/** A call that had its effect. */
export interface Done {
  readonly step: string;
  /** Null where a person or a probe said that it happened, and nobody has its answer. */
  readonly output: Payload | null;
}

/** What could be taken back, in order of completion. */
export interface Undo {
  readonly of: string;
  readonly tool: string;
  readonly args: Payload;
}

/** What the decision record and the read models need of what is over: counts and chains, so that it does not grow with the run. */
export interface Tally {
  started: number;
  settled: number;
  succeeded: number;
  failed: number;
  approvals: { approval: string; binding_hash: string; decision: string; actor: string; decided_at_ms: number }[];
  effects: { step: string; tool: string; tool_call: string; idempotency_key: string }[];
  evidence: Set<string>;
  toolCalls: Chain;
  verdicts: { accept: number; retry: number; replan: number; escalate: number };
  utility: { weight: number; sum: number };
  worked: number;
  waited: number;
  /** Instant since which the run only waits for a person, or null. */
  waitingSince: number | null;
}

export interface Chain {
  readonly count: number;
  readonly chain: string;
}

export const EMPTY_CHAIN: Chain = { count: 0, chain: `sha256:${"0".repeat(64)}` };

/** A function, not a constant: what `evolve` updates in place must not be shared by the runs of a process. */
export function initialState(run: string, rules: Rules): RunState {
  return {
    rules,
    run,
    status: "new",
    now: 0,
    version: 0,
    actor: EXECUTOR,
    facts: 0,
    tenant: "",
    door: "",
    settings: null,
    pins: null,
    goal: null,
    keySecret: null,
    inputs: null,
    startedAt: 0,
    startedBy: "",
    endedAt: null,
    hold: null,
    doubts: 0,
    unsure: new Set(),
    reviews: 0,
    closing: null,
    draining: null,
    plan: null,
    opened: false,
    planGateRounds: 0,
    planPayload: null,
    planVersion: 0,
    lineage: [],
    replans: 0,
    refusedPlans: new Set(),
    planning: { findings: null, final: false },
    scopes: new Map(),
    ready: new Queue(),
    steps: new Map(),
    visits: new Map(),
    attempts: new Map(),
    gates: new Map(),
    requests: new Map(),
    opening: 0,
    timers: new Timers(),
    work: new Map(),
    limits: DEFAULT_LIMITS,
    used: NOTHING,
    reserved: NOTHING,
    retries: 0,
    done: new Map(),
    open: new Map(),
    behind: new Map(),
    calls: new Map(),
    trips: 0,
    progress: { completed: 0, evidence: 0, effects: 0 },
    cycles: 0,
    undo: [],
    undone: 0,
    tally: {
      started: 0,
      settled: 0,
      succeeded: 0,
      failed: 0,
      approvals: [],
      effects: [],
      evidence: new Set(),
      toolCalls: EMPTY_CHAIN,
      verdicts: { accept: 0, retry: 0, replan: 0, escalate: 0 },
      utility: { weight: 0, sum: 0 },
      worked: 0,
      waited: 0,
      waitingSince: null,
    },
  };
}

/** The settings of a run that has started. */
export function settingsOf(state: RunState): RunSettings {
  if (state.settings === null) throw new InvariantError("the run has not started", { run: state.run });
  return state.settings;
}

/** The run's inputs by name. */
export function inputsOf(state: RunState): JsonObject {
  return state.inputs === null ? {} : state.inputs.object();
}
