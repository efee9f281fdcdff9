/** An entry of the log, as a list shows it. */
export interface EntryLine {
  readonly seq: number;
  readonly at: number;
  readonly facts: string;
  readonly by: string;
  /** Null for the log's own entries. */
  readonly run: string | null;
}

/** What stands in a line of the log; null for one that cannot be read, which is shown as such. */
export function entryLine(text: string): EntryLine | null {
  const value = parsed(text);
  if (value === null) return null;
  const { seq, at_ms, facts, actor, run } = value;
  const names: readonly unknown[] = Array.isArray(facts) ? facts : [];
  return {
    seq: Number(seq),
    at: Number(at_ms),
    facts: names.map(factName).join(", "),
    by: member(actor, "id") ?? member(actor, "kind") ?? "",
    run: typeof run === "string" ? run : null,
  };
}

function factName(fact: unknown): string {
  const step = member(fact, "step");
  const name = member(fact, "type") ?? "?";
  return step === null ? name : `${name} · ${step}`;
}

function member(value: unknown, name: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof found === "string" ? found : null;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
