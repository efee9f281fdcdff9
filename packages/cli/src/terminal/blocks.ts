/** Every block of the terminal, by name: for looking at them and for tests over all of them. */
import { approvalHead, approvalLines, approvalShowLines } from "./approval-view.ts";
import { approvalListLines, decisionLines } from "./approvals-view.ts";
import { auditLines } from "./audit-view.ts";
import { demoHead } from "./demo-view.ts";
import { doctorLines } from "./doctor-view.ts";
import { errorLines } from "./error-view.ts";
import { WHOLE } from "./extent.ts";
import { factLine } from "./fact-line.ts";
import * as sample from "./gallery-samples.ts";
import { planLines, runHeadLines } from "./plan-view.ts";
import { previewLines } from "./preview-view.ts";
import { approveQuestion, destructiveQuestion, reasonQuestion } from "./prompt-view.ts";
import { receiptLines, suggestionLines } from "./receipt-view.ts";
import { policyReplayLines, replayLines } from "./replay-view.ts";
import { runEndLines } from "./run-end-view.ts";
import { runListLines } from "./run-list-view.ts";
import { followedFact, followFoot, runShowLines } from "./run-show-view.ts";
import type { Screen } from "./screen.ts";
import type { Line } from "./span.ts";
import { detailColumn, stepRow } from "./step-row.ts";
import type { RunEndView, StepRowView } from "./view.ts";

const excerpt = (rows: number) => ({ kind: "excerpt", rows, see: "press v" }) as const;

const RUN_ROWS: readonly StepRowView[] = [
  { name: "find_code", state: "completed", detail: "4 places in 2 files", tookMs: 41 },
  { name: "draft_patch", state: "running", detail: "local model, 812 tokens", tookMs: 1_200 },
  { name: "test_staged", state: "pending", detail: "after draft_patch", tookMs: null },
];

const ENDS: readonly RunEndView[] = [
  { kind: "completed", workedMs: 7_900, waitedMs: 131_000, clauses: ["then the receipt"] },
  {
    kind: "rejected",
    step: "apply_patch",
    by: "ana",
    reason: "tests first",
    clauses: ["the staging copy was dropped", "writ show 7f3c"],
  },
  { kind: "waiting", step: "apply_patch", until: sample.TEA + 86_400_000, next: "writ approvals show apr_41c0" },
];

const MOVED = { what: "The file", agoMs: 125_000, change: "line 6 is now keep_days: 400, not 365" };

export function blocks(screen: Screen): Readonly<Record<string, readonly Line[]>> {
  const rows = (views: readonly StepRowView[]): readonly Line[] =>
    views.flatMap((view) => stepRow(screen, view, detailColumn(views.map(({ name }) => name))));
  return {
    demo: [
      ...demoHead(screen, { notes: 12, folder: "./writ-demo" }),
      [],
      ...runHeadLines(screen, {
        goal: "Find new docs from the last 24 hours and summarize them",
        steps: sample.DEMO_STEPS,
        verifiedMs: 1.4,
        planHash: sample.digest("3aa9", "6e15"),
      }),
      [],
      ...rows(sample.DEMO_ROWS),
      [],
      ...approvalLines(screen, sample.BRIEF_APPROVAL, excerpt(3)),
      [],
      ...approveQuestion(screen),
      [],
      ...rows([{ name: "write_brief", state: "completed", detail: "daily-brief.md, 1.2 kB", tookMs: 4 }]),
      ...runEndLines(screen, { kind: "completed", workedMs: 300, waitedMs: 5_100, clauses: [] }),
      [],
      ...receiptLines(screen, sample.RECEIPT),
      [],
      ...suggestionLines(screen, "Try next", sample.DEMO_NEXT),
    ],
    demo_without_terminal: [
      ...sample.DEMO_FACTS.map((fact) => factLine(screen, fact)),
      ...errorLines(screen, sample.NO_TERMINAL_ERROR),
    ],
    plan: planLines(screen, sample.PLAN),
    run: [
      ...rows(RUN_ROWS),
      [],
      ...approvalHead(screen, sample.PATCH_APPROVAL),
      ...previewLines(screen, sample.PATCH_APPROVAL.preview, excerpt(4)),
      [],
      ...ENDS.flatMap((end) => runEndLines(screen, end)),
    ],
    patch_whole: approvalLines(screen, sample.PATCH_APPROVAL, WHOLE),
    command: [
      ...approvalShowLines(screen, sample.DELETE_APPROVAL),
      [],
      ...destructiveQuestion(screen, "delete 318 files"),
    ],
    request: approvalLines(screen, sample.REQUEST_APPROVAL, excerpt(10)),
    arguments: approvalLines(screen, sample.ARGUMENTS_APPROVAL, WHOLE),
    destructive_question: destructiveQuestion(screen, "retention.yaml"),
    reason_question: reasonQuestion(screen),
    approvals: [
      ...approvalListLines(screen, { rows: sample.APPROVAL_ROWS, more: null }),
      [],
      ...decisionLines(screen, { kind: "approved", title: "Change 2 files in src/", run: "7f3c" }),
      ...decisionLines(screen, { kind: "denied", title: "POST hooks.example.com/brief", run: "0d44" }),
    ],
    moved: decisionLines(screen, {
      kind: "moved",
      reach: "destructive",
      title: "Overwrite ops/retention.yaml and keep no copy",
      moved: [MOVED],
      next: "writ approvals show apr_77b3",
    }),
    list: runListLines(screen, sample.RUN_LIST),
    show: [
      ...runShowLines(
        screen,
        {
          run: "run_7f3c09d2a1be4410",
          state: "awaiting_gate",
          workedMs: 7_200,
          waitedMs: 127_000,
          goal: "Add input validation to registration, with tests",
          startedBy: "ana",
          startedAt: sample.TEA,
        },
        sample.TEA + 130_000,
      ),
      [],
      ...sample.FOLLOWED.flatMap((fact) => followedFact(screen, fact)),
      followFoot(screen, 48_213),
    ],
    replay: replayLines(screen, sample.REPLAY),
    replay_same: replayLines(screen, { kind: "same", facts: 48 }),
    replay_against: policyReplayLines(screen, sample.POLICY_REPLAY),
    audit: auditLines(screen, sample.INTACT),
    tampered: auditLines(screen, sample.TAMPERED),
    errors: [
      ...errorLines(screen, sample.PATH_ERROR),
      [],
      ...errorLines(screen, sample.NO_PLANNER_ERROR),
      [],
      ...errorLines(screen, sample.WORKFLOW_ERRORS),
    ],
    doctor: doctorLines(screen, sample.DOCTOR),
  };
}
