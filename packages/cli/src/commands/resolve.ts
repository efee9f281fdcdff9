import { OrchestratorError, type Answer } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { assertPerson, openDesk } from "../compose.ts";
import { taskJson } from "../drive.ts";
import { nearest } from "../terminal/nearest.ts";
import { say } from "../terminal/span.ts";
import { stay } from "./run.ts";

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  ["happened", "happened"],
  ["did-not-happen", "did_not_happen"],
  ["retry", "retry"],
  ["skip", "skip"],
]);

/** `writ resolve <run> <step> <answer>`: a person's word on a step in doubt or in review; the run goes on. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  const answer = answerNamed(argumentOf(invocation, "answer") ?? "");
  const step = argumentOf(invocation, "step") ?? "";
  assertPerson(world, invocation);
  const desk = await openDesk(world, invocation);
  try {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    await desk.send({ method: "resolve", run: id, step, answer });
    if (invocation.json) {
      await desk.send({ method: "rest", run: id });
      terminal.json(await taskJson(desk, id));
    } else {
      terminal.out([
        say(terminal.screen(), "plain", `  ${step}: ${answer.replaceAll("_", " ")}, recorded with your name.`),
        [],
      ]);
      await stay(desk, setting, id);
    }
    return 0;
  } finally {
    await desk.close();
  }
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
