import { OrchestratorError, type Answer } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { nearest } from "../terminal/nearest.ts";
import { wholeRunId } from "../whole-run-id.ts";
import { goOn } from "./run.ts";

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  ["happened", "happened"],
  ["did-not-happen", "did_not_happen"],
  ["retry", "retry"],
  ["skip", "skip"],
]);

/** `writ resolve <run> <step> <answer>`: a person's word on a step in doubt or in review; the run goes on. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  const answer = answerNamed(argumentOf(invocation, "answer") ?? "");
  const step = argumentOf(invocation, "step") ?? "";
  const id = wholeRunId(invocation, "an answer");
  return atRunDesk(world, invocation, async (desk) => {
    await desk.send({ method: "resolve", run: id, step, answer });
    return goOn(desk, setting, id, `${step}: ${answer.replaceAll("_", " ")}, recorded with your name.`);
  });
}

/** @throws OrchestratorError `input_malformed` */
function answerNamed(text: string): Answer {
  const answer = ANSWERS.get(text);
  if (answer !== undefined) return answer;
  const names = [...ANSWERS.keys()];
  const meant = nearest(text, names);
  const guess = meant === null ? `use one of ${names.join(", ")}` : `did you mean ${meant}`;
  throw new OrchestratorError("input_malformed", `"${text}" is no answer; ${guess}`);
}
