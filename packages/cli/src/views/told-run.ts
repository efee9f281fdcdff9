import type { JournalEvent, Payload, RunState } from "@writ/core";
import { counted } from "@writ/core/text/figure";
import { amountsText } from "./amounts.ts";
import { planSteps } from "./plan.ts";
import { reasonWords } from "@writ/core/text/reason-words";
import type { Telling, ToldFact } from "./told-fact.ts";

type Told = Omit<ToldFact, "at">;

/** A fact about the run as a whole or its plan; null for any other. */
export function toldRun(fact: JournalEvent, { state, by }: Telling): Told | null {
  switch (fact.type) {
    case "run_started": {
      const { mode, door } = fact.settings;
      const entrance = door === "run" ? "" : `, through ${door}`;
      return run(
        fact.type,
        "started",
        `policy ${mode}, budget ${counted(fact.budget.steps, "step")}${entrance}`,
        "neutral",
      );
    }
    case "plan_requested":
      return fact.reason === null
        ? null
        : plan(fact.type, "requested", `again: ${reasonWords(fact.reason)}`, "neutral");
    case "plan_verified":
      return plan(fact.type, "verified", verified(fact.steps, state), "good");
    case "plan_rejected":
      return plan(fact.type, fact.verdict, `refused: ${fact.codes.join(", ")}`, "bad");
    case "run_held":
      return run(
        fact.type,
        "held",
        reasonWords(fact.reason),
        fact.reason.code === "operator_paused" ? "neutral" : "asks",
      );
    case "run_released":
      return run(fact.type, "released", `goes on, says ${by}`, "neutral");
    case "budget_extended":
      return run(
        fact.type,
        "extended",
        `by ${amountsText(fact.amounts)}, says ${by}: ${quoted(fact.reason)}`,
        "neutral",
      );
    case "run_closing":
      return fact.forced ? run(fact.type, "closing", "forced to end; what is open is in doubt", "bad") : null;
    case "phase_entered":
      return run(fact.type, "undoing", `takes back ${counted(fact.steps.length, "step")}`, "neutral");
    case "run_ended": {
      const why = fact.reason === null ? "" : `: ${reasonWords(fact.reason)}`;
      return run(fact.type, fact.outcome, `${fact.outcome}${why}`, fact.outcome === "completed" ? "good" : "bad");
    }
    default:
      return null;
  }
}

function verified(steps: number, state: RunState): string {
  const gates = gatesOf(state);
  return `${counted(steps, "step")}${gates === 0 ? "" : `, ${counted(gates, "gate")}`}, no findings`;
}

/** Steps at which policy or plan ask a person, as far as it is known before anything ran. */
function gatesOf({ plan, rules, settings, startedAt }: RunState): number {
  if (plan === null || settings === null) return 0;
  const setting = { tools: rules.tools, policy: rules.policy, mode: settings.mode, hasModel: false, at: startedAt };
  return planSteps(plan, setting).filter((step) => step.answer === "asks").length;
}

/** What a person wrote, as far as it was not erased. */
export function quoted(payload: Payload): string {
  return payload.isErased ? "(erased)" : `"${payload.text()}"`;
}

function run(fact: string, state: string, detail: string, tone: ToldFact["tone"]): Told {
  return { noun: "run", name: null, fact, state, said: null, detail, tone, step: null };
}

function plan(fact: string, state: string, detail: string, tone: ToldFact["tone"]): Told {
  return { noun: "plan", name: null, fact, state, said: null, detail, tone, step: null };
}
