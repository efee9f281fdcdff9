import { epochMs, toRfc3339 } from "../base/time.ts";
import type { Entry } from "../journal/entry.ts";
import type { ApprovalView, ArtifactView } from "../journal/stored-entry.ts";
import type { RunState } from "../run/state.ts";
import { taskView, type TaskView } from "./task-view.ts";
import { stepHistories, type StepHistory } from "./timeline.ts";
import { approvalDocument, artifactDocument, type ApprovalDocument, type ArtifactDocument } from "./view-documents.ts";

/** A run as a document, for people who were not there. */
export interface Report {
  readonly task: TaskView;
  readonly started_by: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly worked_ms: number;
  readonly waited_ms: number;
  readonly policy_mode: string;
  readonly steps: readonly StepHistory[];
  readonly approvals: readonly ApprovalDocument[];
  readonly artifacts: readonly ArtifactDocument[];
  readonly facts: number;
  readonly record: { readonly id: string; readonly hash: string } | null;
}

export interface ReportSource {
  readonly state: RunState;
  readonly entries: readonly Entry[];
  readonly approvals: readonly ApprovalView[];
  readonly artifacts: readonly ArtifactView[];
}

export function reportOf({ state, entries, approvals, artifacts }: ReportSource): Report {
  const ended = entries.flatMap((entry) => entry.facts).find((fact) => fact.type === "run_ended");
  return {
    task: taskView(state, approvals, artifacts),
    started_by: state.startedBy,
    started_at: toRfc3339(epochMs(state.startedAt)),
    ended_at: state.endedAt === null ? null : toRfc3339(epochMs(state.endedAt)),
    worked_ms: state.tally.worked,
    waited_ms: state.tally.waited,
    policy_mode: state.settings?.mode ?? "",
    steps: stepHistories(entries),
    approvals: approvals.map(approvalDocument),
    artifacts: artifacts.map(artifactDocument),
    facts: entries.reduce((sum, entry) => sum + entry.facts.length, 0),
    record: ended?.type === "run_ended" ? { id: ended.record_id, hash: ended.record_hash } : null,
  };
}

const AMOUNTS = ["steps", "tool_calls", "tokens", "cost_cents", "wall_clock_ms"] as const;

/** The report as Markdown; what came from people, models, tools and files stands as code, so that none of it is markup. */
export function reportMarkdown(report: Report): string {
  const { task } = report;
  const lines = [
    `# Run ${task.run_id}`,
    "",
    quoted(task.goal ?? "(erased)"),
    "",
    table(
      ["", ""],
      [
        ["state", task.reason === null ? task.status : `${task.status} (${task.reason})`],
        ["started", `${report.started_at} by ${report.started_by}`],
        ["ended", report.ended_at ?? "–"],
        ["worked, waited", `${report.worked_ms} ms, ${report.waited_ms} ms`],
        ["policy mode", report.policy_mode],
        ["plan", task.plan_hash ?? "–"],
      ],
    ),
    "",
    "## Steps",
    "",
    table(
      ["step", "tool", "state", "attempts", "verdict", "why"],
      task.steps.map((step) =>
        stepRow(
          step,
          report.steps.find((each) => each.path === step.id),
        ),
      ),
    ),
    "",
    ...section("Approvals", ["request", "step", "state", "by", "when", "reason"], report.approvals.map(approvalRow)),
    ...section(
      "Artifacts",
      ["file", "SHA-256", "bytes"],
      report.artifacts.map((each) => [code(each.path), code(each.sha256), String(each.bytes)]),
    ),
    "## Budget",
    "",
    table(
      ["", "used", "limit"],
      AMOUNTS.map((name) => [name, String(task.budget.used[name]), String(task.budget.limits[name])]),
    ),
    "",
    "## Proof",
    "",
    report.record === null
      ? "The run has not ended; there is no decision record yet."
      : `Decision record ${code(report.record.id)}, ${code(report.record.hash)}.`,
    "",
    `${report.facts} facts. Check them with \`writ replay ${task.run_id}\` and \`writ audit verify\`.`,
    "",
  ];
  return lines.join("\n");
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`## ${title}`, "", table(head, rows), ""];
}

function stepRow(step: TaskView["steps"][number], history: StepHistory | undefined): readonly string[] {
  return [code(step.id), step.tool ?? "–", step.status, String(step.attempts), history?.verdict ?? "–", whyOf(history)];
}

function whyOf(history: StepHistory | undefined): string {
  const reason = history?.reason ?? null;
  const error = history?.error ?? null;
  const words = error === null || reason === null ? [] : [code(error.split("\n")[0] ?? "")];
  return reason === null ? "–" : [reason, ...words].join(": ");
}

function approvalRow(view: ApprovalDocument): readonly string[] {
  return [
    code(view.title ?? view.approval_id),
    code(view.step),
    view.status,
    view.decided_by ?? "–",
    view.decided_at ?? "–",
    view.reason === null ? "–" : code(view.reason),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const PRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/gu;

/** Foreign text in a table cell: one line, no markup, no invisible characters. */
function code(text: string): string {
  const visible = text.replaceAll(
    PRINTABLE,
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
  const fence = visible.includes("`") ? "``" : "`";
  return `${fence}${fence === "``" ? ` ${visible} ` : visible}${fence}`.replaceAll("|", "\\|");
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${code(line)}`)
    .join("\n");
}

/** The same as a page that needs nothing: no script, no style from elsewhere. */
export function reportHtml(report: Report): string {
  const body = reportMarkdown(report).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Run ${report.task.run_id}</title>\n<pre>\n${body}</pre>\n</html>\n`;
}
