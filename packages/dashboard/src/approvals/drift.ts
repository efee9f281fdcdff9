import { parseDiff } from "@writ/core/text/file-diff";
import type { ApprovalRequest, Preview } from "../api/connection.ts";
import { movedLines, type MovedLine } from "./diff-rows.ts";

/** What is no longer as it was frozen. */
export interface Drift {
  readonly what: "evidence" | "preview";
  /** Lines of a file that are others now, by its path. */
  readonly lines: ReadonlyMap<string, readonly MovedLine[]>;
}

/** Null while everything is as it was frozen. */
export function driftOf(request: Pick<ApprovalRequest, "moved" | "preview" | "live">): Drift | null {
  const { moved, preview, live } = request;
  if (moved === null) return null;
  return { what: moved, lines: preview?.kind === "files" ? linesOf(preview, live?.preview) : new Map() };
}

function linesOf(
  preview: Extract<Preview, { kind: "files" }>,
  live: unknown,
): ReadonlyMap<string, readonly MovedLine[]> {
  const now = new Map(changesIn(live).map(({ path, diff }) => [path, diff]));
  return new Map(
    preview.changes.flatMap(({ path, diff }) => {
      const current = now.get(path);
      if (diff === null || typeof current !== "string") return [];
      const lines = movedLines(parseDiff(diff) ?? [], parseDiff(current) ?? []);
      return lines.length === 0 ? [] : [[path, lines] as const];
    }),
  );
}

interface LiveChange {
  readonly path: string;
  readonly diff: unknown;
}

function changesIn(live: unknown): readonly LiveChange[] {
  if (typeof live !== "object" || live === null || !("changes" in live) || !Array.isArray(live.changes)) return [];
  const changes: readonly unknown[] = live.changes;
  return changes.filter(isLiveChange);
}

function isLiveChange(value: unknown): value is LiveChange {
  return (
    typeof value === "object" && value !== null && "path" in value && typeof value.path === "string" && "diff" in value
  );
}

/** One sentence for the note: which line is what now, else what moved. */
export function driftWords({ what, lines }: Drift): string {
  const [first] = [...lines].flatMap(([path, moved]) => moved.map((line) => ({ path, ...line })));
  if (first !== undefined) return `Line ${first.number} is now ${first.now.trim()}.`;
  return what === "evidence" ? "What it rests on is not what it was." : "What it would do is not what it was.";
}
