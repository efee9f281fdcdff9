import type { EventDocument } from "@writ/api/contract/event";

export interface FactRow {
  readonly key: string;
  /** Position of its entry in the log. */
  readonly entry: string;
  /** RFC 3339. */
  readonly at: string;
  readonly fact: string;
  /** The step, and what can be said of the fact in a few words. */
  readonly about: string;
  readonly by: string;
}

/** Members of a fact that say something by themselves, in the order they are said. */
const TELLING = ["step", "scope", "outcome", "verdict", "attempt", "tool", "approver", "kind", "answer", "plan_id"];

/** One row for each fact of some entries. */
export function factRows(events: readonly EventDocument[]): readonly FactRow[] {
  return events.flatMap(({ id, time, data }) =>
    data.facts.map((fact, index) => ({
      key: `${id}/${index}`,
      entry: id,
      at: time,
      fact: fact.type,
      about: aboutOf(fact),
      by: data.actor.id ?? data.actor.kind,
    })),
  );
}

/** A few words about a fact, from what stands in it in the open. */
export function aboutOf(fact: Readonly<Record<string, unknown>>): string {
  const said = TELLING.flatMap((name) => {
    const value = fact[name];
    if (typeof value !== "string" && typeof value !== "number") return [];
    return [name === "attempt" ? `attempt ${value}` : String(value)];
  });
  const { reason } = fact;
  const code = typeof reason === "object" && reason !== null && "code" in reason ? [String(reason.code)] : [];
  return [...said, ...code].join(" · ");
}
