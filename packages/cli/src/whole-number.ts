import { OrchestratorError } from "@writ/core";
import { optionOf, type Invocation } from "./argv/invocation.ts";

/** The whole number an option was given, or null without it. @throws OrchestratorError `input_malformed` */
export function wholeNumber(invocation: Invocation, flag: `--${string}`, least: number): number | null {
  const text = optionOf(invocation, flag);
  if (text === undefined) return null;
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new OrchestratorError("input_malformed", `${flag} takes a whole number of at least ${least}, not "${text}"`);
}
