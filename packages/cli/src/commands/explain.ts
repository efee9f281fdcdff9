import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS, OrchestratorError } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { nearest } from "../terminal/nearest.ts";
import { pageLines } from "../terminal/page-view.ts";
import { say } from "../terminal/span.ts";

const PAGES = fileURLToPath(new URL("../../../../docs/errors/", import.meta.url));

/** `writ explain <code>`: the page of an error or a finding; without a code, all of them. */
export async function run({ invocation, terminal }: Setting): Promise<ExitCode> {
  const codes = readdirSync(PAGES)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length))
    .toSorted();
  const code = argumentOf(invocation, "code");
  if (code === undefined) {
    if (invocation.json) terminal.json(codes);
    else terminal.out(codes.map((each) => say(terminal.screen(), "plain", `  ${each}`)));
    return Promise.resolve(0);
  }
  if (!codes.includes(code)) throw unknown(code, codes);
  const page = readFileSync(join(PAGES, `${code}.md`), "utf8");
  if (invocation.json) terminal.json({ code, ...traitsOf(code), page });
  else terminal.out(pageLines(terminal.screen(), page));
  return Promise.resolve(0);
}

/** What an error does to the process and to HTTP; a finding, which stands inside an error, does neither. */
function traitsOf(code: string): {
  readonly exit: number | null;
  readonly status: number | null;
  readonly retryable: boolean | null;
} {
  const traits = Object.entries(ERRORS).find(([name]) => name === code)?.[1];
  return { exit: traits?.exit ?? null, status: traits?.status ?? null, retryable: traits?.retryable ?? null };
}

function unknown(code: string, codes: readonly string[]): OrchestratorError {
  const meant = nearest(code, codes);
  const next = meant === null ? "see all codes with: writ explain" : `did you mean: writ explain ${meant}`;
  return new OrchestratorError("code_not_found", `"${code}" is no code of Writ's; ${next}`);
}
