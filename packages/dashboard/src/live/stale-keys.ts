import type { EventDocument } from "@writ/api/contract/event";

/**
 * The beginnings of the query keys that these events made stale. The list of
 * runs is not among them: it may be long, and its page reads what changed.
 */
export function staleKeys(events: readonly EventDocument[]): readonly (readonly string[])[] {
  const runs = new Set(events.flatMap(({ data }) => (data.run_id === null ? [] : [data.run_id])));
  const facts = new Set(events.flatMap(({ data }) => data.facts.map(({ type }) => type)));
  const decided = [...facts].some((fact) => fact.startsWith("approval_") || fact.startsWith("gate_"));
  return [
    ...(runs.size === 0 ? [] : [["approval"]]),
    ...[...runs].map((run) => ["run", run]),
    ...(decided || facts.has("run_ended") ? [["approvals"]] : []),
    ...(facts.has("payload_redacted") ? [["run"], ["approvals"]] : []),
    ["audit"],
  ];
}

/** One sentence for who cannot see the page change: `2 steps completed, 1 waits for you`. Empty where nothing is worth it. */
export function spoken(events: readonly EventDocument[], run: string | null): string {
  const facts = events
    .filter(({ data }) => run === null || data.run_id === run)
    .flatMap(({ data }) => data.facts.map((fact) => fact));
  const count = (matches: (fact: { readonly type: string; readonly outcome?: unknown }) => boolean): number =>
    facts.filter(matches).length;
  const settled = count(({ type, outcome }) => type === "step_settled" && outcome === "succeeded");
  const accepted = count(({ type, outcome }) => type === "verdict_rendered" && outcome === "succeeded");
  const said = [
    phrase(Math.max(settled, accepted), "step completed", "steps completed"),
    phrase(
      count(({ type }) => type === "approval_requested"),
      "waits for you",
      "wait for you",
    ),
    phrase(
      count(({ type }) => type === "step_in_doubt"),
      "is in doubt",
      "are in doubt",
    ),
    phrase(
      count(({ type }) => type === "run_ended"),
      "run ended",
      "runs ended",
    ),
  ];
  return said.filter((part) => part !== "").join(", ");
}

function phrase(count: number, one: string, many: string): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}
