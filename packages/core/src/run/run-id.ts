import { InvariantError } from "../base/error.ts";
import { parseId, type RunId } from "../base/id.ts";

/** The run's identifier as its own type; a state with another one cannot exist. */
export function parseRunId(text: string): RunId {
  const id = parseId("run", text);
  if (!id.ok) throw new InvariantError("not a run's identifier", { text });
  return id.value;
}
