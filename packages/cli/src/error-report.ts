import { readFileSync } from "node:fs";
import { ERRORS, type OrchestratorError, type Problem } from "@writ/core";
import type { ExitCode, Setting } from "./command-module.ts";
import { namesFor } from "./compose-user.ts";
import { errorLines } from "./terminal/error-view.ts";
import type { ErrorView, FindingView, SourceLineView } from "./terminal/view.ts";
import { withNames, type NameOf } from "./views/name-of.ts";

/** Says what stopped a command, with all its findings, and how to go on. */
export function reportError(
  { terminal, world }: Pick<Setting, "terminal" | "world">,
  error: OrchestratorError,
  json: boolean,
): ExitCode {
  if (json) {
    terminal.json({
      error: {
        code: error.code,
        message: error.message,
        details: error.details,
        problems: error.problems,
        exit: ERRORS[error.code].exit,
      },
    });
  } else {
    terminal.err(errorLines(terminal.errorScreen(), viewOf(error, namesFor(world))));
  }
  return ERRORS[error.code].exit;
}

function viewOf(error: OrchestratorError, nameOf: NameOf): ErrorView {
  return { sentence: withNames(error.message, nameOf), code: error.code, findings: error.problems.map(findingOf) };
}

function findingOf(problem: Problem): FindingView {
  const { file, line, column, step, field } = problem.place ?? {};
  const spot = file === undefined ? "" : [file, line, column].filter((part) => part !== undefined).join(":");
  const place =
    spot !== ""
      ? spot
      : [step === undefined ? null : `step ${step}`, field ?? null].filter((part) => part !== null).join(", ");
  return {
    place,
    code: problem.code,
    message: problem.message,
    source: sourceOf(file, line, column),
    hint: problem.remedy ?? null,
  };
}

function sourceOf(
  file: string | undefined,
  line: number | undefined,
  column: number | undefined,
): SourceLineView | null {
  if (file === undefined || line === undefined) return null;
  const text = lineOf(file, line);
  return text === null ? null : { line, column: column ?? 1, length: wordLength(text, column ?? 1), text };
}

function lineOf(file: string, line: number): string | null {
  try {
    return readFileSync(file, "utf8").split("\n")[line - 1] ?? null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function wordLength(text: string, column: number): number {
  return /^[A-Za-z0-9_.-]+/.exec(text.slice(column - 1))?.[0].length ?? 1;
}
