import { listOf, memberOf, textOf } from "../api/loose.ts";

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
  const actor = memberOf(value, "actor");
  return {
    seq: Number(memberOf(value, "seq")),
    at: Number(memberOf(value, "at_ms")),
    facts: listOf(memberOf(value, "facts")).map(factName).join(", "),
    by: textOf(memberOf(actor, "id")) ?? textOf(memberOf(actor, "kind")) ?? "",
    run: textOf(memberOf(value, "run")),
  };
}

function factName(fact: unknown): string {
  const step = textOf(memberOf(fact, "step"));
  const name = textOf(memberOf(fact, "type")) ?? "?";
  return step === null ? name : `${name} · ${step}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
