import { ruleWords, answerTo, type Desk } from "@writ/runtime";
import { OrchestratorError, type Authorization, type Binding, type Entry, type RunId, type RunState } from "@writ/core";
import type { ExitCode, Setting } from "./command-module.ts";
import { columns } from "./terminal/columns.ts";
import { blanks, hanging } from "./terminal/layout.ts";
import { say } from "./terminal/span.ts";
import { ANSWERS, dayOn } from "./views/rules.ts";
import { toolAt } from "./views/tool-at.ts";

/** What decided about one step, or will as far as it is known. */
interface Decided {
  readonly step: string;
  readonly tool: string;
  readonly effect: Authorization["effect"];
  readonly rules: readonly string[];
  /** A request somebody was asked to decide; null where nobody was. */
  readonly approval: string | null;
  /** `recorded` stands in the journal; `expected` is what policy would answer now. */
  readonly basis: "recorded" | "expected";
}

/** Which rules let each step of a run go, stop or ask. */
export async function explainRun(
  desk: Desk,
  { invocation, terminal }: Setting,
  run: RunId,
  step: string | null,
): Promise<ExitCode> {
  const { state, entries } = await desk.history(run);
  const all = [...recorded(entries, state), ...expected(state)];
  const shown = step === null ? all : all.filter((each) => each.step === step);
  if (step !== null && shown.length === 0) {
    throw new OrchestratorError(
      "step_not_found",
      `${run} has no step ${step} that policy was asked about; see its steps with: writ show ${run}`,
    );
  }
  const screen = terminal.screen();
  const { policy } = state.rules;
  const told = shown.map((each) => ({
    ...each,
    says: each.rules.map((id) => ({ id, says: ruleWords(dayOn(screen), policy, id, each.effect) })),
  }));
  if (invocation.json) {
    terminal.json({
      run_id: run,
      mode: state.settings?.mode ?? null,
      steps: told.map(({ step: name, tool, effect, says, approval, basis }) => ({
        step: name,
        tool,
        decision: effect,
        rules: says,
        approval,
        basis,
      })),
    });
    return 0;
  }
  if (told.length === 0)
    terminal.out([say(screen, "plain", `  No step of this run came before policy; see: writ show ${run}`)]);
  else if (step === null) {
    terminal.out(
      columns(
        screen,
        2,
        told.map(({ step: name, tool, effect, basis, rules }) => [
          say(screen, "plain", name),
          say(screen, "plain", tool),
          say(screen, effect === "gate" ? "wait" : effect === "forbid" ? "bad" : "plain", word(effect, basis)),
          say(screen, "plain", rules.join(", ")),
        ]),
      ),
    );
  } else {
    terminal.out(
      told.flatMap(({ step: name, tool, effect, basis, says, approval }) => [
        [
          ...blanks(2),
          ...say(screen, "strong", name),
          ...say(screen, "plain", `  ${tool} · ${word(effect, basis)}${approval === null ? "" : ` · ${approval}`}`),
        ],
        ...says.flatMap(({ id, says: words }) =>
          hanging(screen, [...blanks(4), ...say(screen, "dim", id)], 36, say(screen, "plain", words)),
        ),
      ]),
    );
  }
  return 0;
}

function word(effect: Authorization["effect"], basis: Decided["basis"]): string {
  if (basis === "expected") return ANSWERS[effect].split(",")[0] ?? "";
  return { forbid: "refused", gate: "asked", self: "ran, recorded", permit: "ran" }[effect];
}

/** What the journal says, the newest word on each step. */
function recorded(entries: readonly Entry[], state: RunState): readonly Decided[] {
  const steps = new Map<string, Decided>();
  for (const fact of entries.flatMap((entry) => entry.facts)) {
    if (fact.type === "approval_requested") steps.set(fact.step, asked(fact.step, fact.binding, fact.approval));
    if (fact.type === "step_started" && "rules" in fact.authority) {
      steps.set(fact.step, {
        step: fact.step,
        tool: fact.tool,
        effect: "permit",
        rules: fact.authority.rules,
        approval: null,
        basis: "recorded",
      });
    }
    const isVerdict = fact.type === "verdict_rendered" || fact.type === "step_settled";
    if (isVerdict && fact.step !== null && fact.reason?.code === "policy_denied") {
      const rules = fact.reason.detail === undefined ? ["policy_denied"] : fact.reason.detail.split(",");
      steps.set(fact.step, {
        step: fact.step,
        tool: toolAt(state, fact.step),
        effect: "forbid",
        rules,
        approval: null,
        basis: "recorded",
      });
    }
  }
  return [...steps.values()];
}

function asked(step: string, binding: Binding, approval: string): Decided {
  return { step, tool: binding.tool, effect: "gate", rules: binding.gates, approval, basis: "recorded" };
}

/** Steps nobody came to yet: judged by the policy the run is pinned to. */
function expected({ plan, rules, settings, steps, now }: RunState): readonly Decided[] {
  if (plan === null || settings === null) return [];
  const setting = { tools: rules.tools, policy: rules.policy, mode: settings.mode, hasModel: false, at: now };
  return plan.block.steps.flatMap((step): readonly Decided[] => {
    if (step.kind !== "tool" || wasReached(steps, step.id)) return [];
    return [{ step: step.id, tool: step.tool, ...answerTo(plan, step, setting), approval: null, basis: "expected" }];
  });
}

function wasReached(steps: RunState["steps"], path: string): boolean {
  const step = steps.get(path);
  return step !== undefined && (step.attempts > 0 || step.rounds > 0);
}
