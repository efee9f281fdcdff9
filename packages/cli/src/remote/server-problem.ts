import { ERRORS, OrchestratorError, type ErrorCode, readPlace, type Problem } from "@writ/core";
import type { ProblemDocument } from "@writ/api/contract/problem";

/** What a server advises as a request, as the command that does the same. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/GET \/approvals\/(apr_[0-9a-z]+)/g, "writ approvals show $1"],
  [/GET \/approvals(\?\S+)?/g, "writ approvals"],
  [/GET \/tasks\/(run_[0-9a-z]+)\/export/g, "writ audit export $1 DIR"],
  [/GET \/tasks\/(run_[0-9a-z]+)(\/[a-z]+)?/g, "writ show $1"],
  [/GET \/tasks/g, "writ list"],
  [/GET \/tools/g, "writ tools list"],
  [/make a new task with: POST \/tasks/g, "start a new run with: writ run"],
  [/there is no task /g, "there is no run "],
];

/** A refusal by a server as the error it is here: of the same code, in the words of the command line. */
export function errorOf(server: string, problem: ProblemDocument): OrchestratorError {
  const { code, detail, details, problems } = problem;
  if (!isCode(code)) return notOurs(server, `it answers ${problem.status} in words of its own`);
  return new OrchestratorError(code, adviceFor(server, code) ?? inCommands(detail), {
    details,
    problems: problems.map(objectionOf),
  });
}

/** One objection as it is here. */
export function objectionOf({ message, place, remedy, ...said }: ProblemDocument["problems"][number]): Problem {
  return {
    ...said,
    message: inCommands(message),
    ...(place === undefined ? {} : { place: readPlace(place) }),
    ...(remedy === undefined ? {} : { remedy: inCommands(remedy) }),
  };
}

/** @param what in which way, as a clause */
export function notOurs(server: string, what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError(
    "server_answer_invalid",
    `what answers at ${server} is no Writ of this version: ${what}; check the address, and compare: writ --version`,
    { cause },
  );
}

export function unreachable(server: string, cause: unknown): OrchestratorError {
  return new OrchestratorError(
    "server_unreachable",
    `no server answers at ${server}; start it there with: writ serve`,
    { cause },
  );
}

/** Who may not come in is told where a token goes, which the server cannot know. */
function adviceFor(server: string, code: ErrorCode): string | null {
  switch (code) {
    case "token_missing":
      return `${server} wants a token; set WRIT_TOKEN or give --token-file FILE. One is made where it runs: writ token create --role operator`;
    case "token_invalid":
      return `${server} does not know this token, or it was revoked or has expired; make a new one where it runs: writ token create --role operator`;
    case "role_insufficient":
      return `this token may not do that at ${server}; use one of another role, made where it runs: writ token create --role admin`;
    default:
      return null;
  }
}

function inCommands(text: string): string {
  return WORDS.reduce((said, [request, command]) => said.replaceAll(request, command), text);
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
