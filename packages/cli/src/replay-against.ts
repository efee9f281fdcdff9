import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  OrchestratorError,
  POLICY_MODES,
  type Authorization,
  type JsonObject,
  type Policy,
  type RunId,
} from "@writ/core";
import { readConfig, replayUnder, type RunDesk, type PolicyComparison } from "@writ/runtime";
import type { Setting } from "./command-module.ts";
import type { PolicyReplayView } from "./terminal/view.ts";

/** What another policy says of a run that is over: a report, whatever it says. */
export interface AgainstPolicy {
  readonly view: PolicyReplayView;
  readonly json: JsonObject;
}

/** @param against a policy mode, or a configuration file. @throws OrchestratorError `input_malformed`, `config_invalid`, `run_not_found` */
export async function replayAgainst(
  desk: RunDesk,
  { world }: Setting,
  run: RunId,
  against: string,
): Promise<AgainstPolicy> {
  const history = await desk.history(run);
  const other = policyOf(against, history.state.rules.policy, world.cwd);
  const { found, document } = replayUnder(history, other);
  return { view: viewOf(found, document.recorded_policy, document.policy), json: document };
}

function policyOf(against: string, pinned: Policy, cwd: string): Policy {
  const mode = POLICY_MODES.find((name) => name === against);
  if (mode !== undefined) return { ...pinned, mode };
  const file = resolve(cwd, against);
  return readConfig({
    user: { file: against, text: textOf(file, against) },
    workspace: null,
    environment: {},
    root: null,
  }).policy;
}

function textOf(file: string, named: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new OrchestratorError(
      "input_malformed",
      `${named} is neither a policy mode (${POLICY_MODES.join(", ")}) nor a file that can be read; name one of them`,
      { cause: error },
    );
  }
}

function viewOf(
  { answers, different, facts }: PolicyComparison,
  recordedPolicy: string,
  derivedPolicy: string,
): PolicyReplayView {
  const [first] = different;
  if (first === undefined) return { kind: "same", facts };
  const before = answers.slice(0, answers.indexOf(first)).map(({ step }) => nameOf(step));
  const [from] = before;
  const to = before.at(-1);
  return {
    kind: "different",
    fact: first.fact,
    step: nameOf(first.step),
    before: from === undefined || to === undefined ? null : { from, to, facts: first.fact - 1 },
    recorded: inWords(first.recorded),
    recordedPolicy,
    derived: inWords(first.derived),
    derivedPolicy,
    decidedBy: `rule ${first.derived.rules.join(", ")}`,
    later: facts - first.fact,
  };
}

function nameOf(step: string): string {
  return step === "*" ? "the plan" : step;
}

const WORDS: Readonly<Record<Authorization["effect"], string>> = {
  forbid: "refused",
  gate: "asks you",
  self: "asks the policy",
  permit: "runs",
};

function inWords({ effect }: Authorization): string {
  return WORDS[effect];
}
