import { type JournalEvent, type Replay, committed } from "@writ/core";
import type { ReplayView } from "../terminal/view.ts";

type Told = Exclude<Replay, { readonly result: "not_replayable" }>;

/** What a replay found, as the terminal shows it. @param of facts of the whole run */
export function replayView(found: Told, of: number, shortRun: string): ReplayView {
  if (found.result === "equal") return { kind: "same", facts: found.facts };
  const { derived, moved, position, recorded, step, version } = found;
  const [before, after] = clauses(recorded, derived);
  return {
    kind: "different",
    fact: position,
    of,
    step: step ?? `version ${version}`,
    recorded: moved === null ? before : ["what was committed to"],
    derived: moved === null ? after : [moved],
    input: null,
    next: { command: `writ audit prove ${shortRun}`, purpose: "which bytes changed, and when" },
  };
}

/** The members in which two facts differ, the type first; the same clauses on both sides. */
function clauses(
  recorded: JournalEvent | null,
  derived: JournalEvent | null,
): readonly [readonly string[], readonly string[]] {
  if (recorded === null || derived === null || recorded.type !== derived.type)
    return [[recorded?.type ?? "no fact"], [derived?.type ?? "no fact"]];
  const left = new Map(Object.entries(committed(recorded) ?? {}));
  const right = new Map(Object.entries(committed(derived) ?? {}));
  const names = [...new Set([...left.keys(), ...right.keys()])].filter(
    (name) => JSON.stringify(left.get(name)) !== JSON.stringify(right.get(name)),
  );
  const side = (members: ReadonlyMap<string, unknown>): readonly string[] => [
    recorded.type,
    ...names.map((name) => `${name} ${JSON.stringify(members.get(name) ?? null)}`),
  ];
  return [side(left), side(right)];
}
