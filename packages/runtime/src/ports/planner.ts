import type { Json, PlanDocument, Problem, SpanContext, ToolSpec } from "@writ/core";

/**
 * Turns a goal into a proposal. Has no hands: it is given descriptions of tools,
 * never a gateway.
 */
export interface Planner {
  /** @throws OrchestratorError `model_unreachable`, `model_refused` when there is no answer that could be judged */
  propose(request: PlanRequest, signal: AbortSignal): Promise<Proposal>;
}

export interface PlanRequest {
  readonly goal: string;
  /** `--input` values by name. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** Texts the person gave along; untrusted when they come from files. */
  readonly context: readonly { readonly name: string; readonly text: string }[];
  /** The callable surface; a plan can name nothing else. */
  readonly tools: readonly ToolSpec[];
  /** What was wrong with the proposal before; empty the first time. */
  readonly findings: readonly Problem[];
  /** Steps that are already done and keep their results. */
  readonly completed: readonly string[];
  /** The last request that is allowed. */
  readonly final: boolean;
  /** UTC date of the run, `YYYY-MM-DD`. */
  readonly today: string;
  /** What a model is asked in; null outside a run. */
  readonly trace: SpanContext | null;
}

export type Proposal =
  | {
      readonly kind: "plan";
      readonly plan: PlanDocument;
      readonly usage: ModelUsage;
      /** Raw answers of the model, for the record. */
      readonly answers: readonly string[];
    }
  | {
      readonly kind: "refused";
      readonly code: PlannerRefusal;
      readonly message: string;
      readonly nearest: readonly NearestTemplate[];
      readonly usage: ModelUsage;
      readonly answers: readonly string[];
    };

export type PlannerRefusal =
  | "no_planner"
  | "model_required"
  | "planner_output_invalid"
  | "planner_timeout"
  | "template_input_missing"
  | "template_input_invalid";

export interface ModelUsage {
  readonly tokens: number;
  readonly costMillicents: number;
}

export interface NearestTemplate {
  readonly id: string;
  readonly utterance: string;
  /** 0 to 1. */
  readonly score: number;
}
