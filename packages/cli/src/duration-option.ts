import { OrchestratorError } from "@writ/core";
import { milliseconds } from "@writ/runtime";
import { optionOf, type Invocation } from "./argv/invocation.ts";

/** An option such as `--expires 30d`, in milliseconds; null where it is left out. @throws OrchestratorError `usage` */
export function durationOption(invocation: Invocation, flag: `--${string}`): number | null {
  const text = optionOf(invocation, flag);
  if (text === undefined) return null;
  const ms = milliseconds(text);
  if (ms <= 0) throw new OrchestratorError("usage", `${flag} takes a duration such as 12h or 30d, not "${text}"`);
  return ms;
}
