import { OrchestratorError, parseId, type RunId } from "@writ/core";
import { argumentOf, type Invocation } from "./argv/invocation.ts";

/**
 * The run a command decides about. What is decided stands, so a beginning of an id does not do: the run it names
 * may be another one by tomorrow.
 *
 * @param deciding what the command does, such as `extending`
 * @throws OrchestratorError `malformed_id`
 */
export function wholeRunId(invocation: Invocation, deciding: string): RunId {
  const text = argumentOf(invocation, "run") ?? "";
  const id = parseId("run", text);
  if (id.ok) return id.value;
  throw new OrchestratorError(
    "malformed_id",
    `${deciding} takes a run's full id, not "${text}"; copy it from: writ list --json`,
  );
}
