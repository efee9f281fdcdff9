/** The story of `design/ux.md` §3 as views: what tests hold against its text, and what `gallery.ts` shows. */
import type { FilePreview } from "@writ/core";

import type { Screen } from "./screen.ts";
import type {
  ApprovalView,
  AuditView,
  DoctorView,
  ErrorView,
  FactLineView,
  FollowedFactView,
  PlanStepView,
  PlanView,
  PolicyReplayView,
  ReceiptView,
  ReplayView,
  RunListView,
  StepRowView,
} from "./view.ts";

export const SCREEN: Screen = {
  columns: 80,
  rows: 40,
  glyphs: "unicode",
  colours: "none",
  form: "block",
  offsetAt: () => 0,
};

/** 20 November 2026, 14:02:08 UTC. */
export const NOON = Date.UTC(2026, 10, 20, 14, 2, 8);
export const TEA = Date.UTC(2026, 10, 20, 14, 19, 2);

/** A digest whose first and last four digits are as given. */
export function digest(first: string, last: string): string {
  return `sha256:${first}${"0".repeat(56)}${last}`;
}

export const DEMO_STEPS = [
  { name: "search_docs", needs: [], gated: false },
  { name: "summarize", needs: ["search_docs"], gated: false },
  { name: "write_brief", needs: ["summarize"], gated: true },
];

export const DEMO_ROWS: readonly StepRowView[] = [
  { name: "search_docs", state: "completed", detail: "3 new documents of 12", tookMs: 9 },
  { name: "summarize", state: "completed", detail: "212 words, built-in summariser, no model", tookMs: 31 },
  { name: "write_brief", state: "awaiting_gate", detail: "waits for you", tookMs: null },
];

const BRIEF = [
  "# Daily brief, 20 November 2026",
  "## Release",
  "The release moves to Tuesday. [release.md:3]",
  ...Array.from({ length: 11 }, (_, index) => `Line ${index + 4} of the brief.`),
];

const BRIEF_PREVIEW: FilePreview = {
  kind: "files",
  title: "Create daily-brief.md",
  changes: [
    {
      path: "daily-brief.md",
      change: "create",
      added: 14,
      removed: 0,
      diff: `--- /dev/null\n+++ b/daily-brief.md\n@@ -0,0 +1,14 @@\n${BRIEF.map((line) => `+${line}`).join("\n")}\n`,
      before: null,
      after: { bytes: 1_204, sha256: "a".repeat(64), mode: "0644" },
    },
  ],
};

export const BRIEF_APPROVAL: ApprovalView = {
  approval: "apr_01m7xcc2g3b93rthtjgbd2xt23",
  reach: "local_write",
  preview: BRIEF_PREVIEW,
  expiresAt: NOON + 86_400_000,
  now: NOON,
  reasons: ["mode constrained asks before every local_write"],
  basis: { what: "3 documents", frozenAt: NOON, moved: [] },
  decided: null,
  bindingHash: digest("c77e", "41d2"),
  bound: [
    { field: "tool", value: "docs.write_doc 1.0.0" },
    { field: "arguments", value: digest("77c1", "f20a") },
    { field: "expires", value: "2026-11-21T14:02:08Z" },
  ],
};

const PATCH_PREVIEW: FilePreview = {
  kind: "files",
  title: "Change 2 files in src/",
  changes: [
    {
      path: "src/registration.ts",
      change: "overwrite",
      added: 4,
      removed: 1,
      diff: [
        "--- a/src/registration.ts",
        "+++ b/src/registration.ts",
        "@@ -16,5 +16,8 @@",
        ' import { save } from "./store.ts";',
        " ",
        " export function register(input: Input) {",
        "-  save(input.email, input.password);",
        "+  const email = parseEmail(input.email);",
        '+  if (!email) return refuse("email");',
        '+  if (input.password.length < 12) return refuse("password");',
        "+  save(email, input.password);",
        " }",
        "",
      ].join("\n"),
      before: { bytes: 812, sha256: "a".repeat(64), mode: "0644" },
      after: { bytes: 980, sha256: "b".repeat(64), mode: "0644" },
    },
    {
      path: "src/registration.test.ts",
      change: "overwrite",
      added: 5,
      removed: 1,
      diff: [
        "@@ -3,2 +3,6 @@",
        '-test("registers", () => {',
        '+test("registers a person", () => {',
        "+  a",
        "+  b",
        "+  c",
        "+  d",
        "   expect(1).toBe(1);",
        "",
      ].join("\n"),
      before: { bytes: 400, sha256: "a".repeat(64), mode: "0644" },
      after: { bytes: 520, sha256: "b".repeat(64), mode: "0644" },
    },
  ],
};

export const PATCH_APPROVAL: ApprovalView = {
  ...BRIEF_APPROVAL,
  preview: PATCH_PREVIEW,
  expiresAt: TEA + 86_399_000,
  now: TEA,
  basis: { what: "2 files and 14 tests", frozenAt: TEA + 7_000, moved: [] },
};

export const DELETE_APPROVAL: ApprovalView = {
  ...BRIEF_APPROVAL,
  reach: "destructive",
  expiresAt: NOON + 890_000,
  preview: {
    kind: "command",
    title: "Run rm -r build/ in a sandbox",
    argv: ["rm", "-r", "build/\u202E"],
    program: "/usr/bin/rm",
    directory: "~/notes/site",
    sandbox: "bubblewrap",
    network: "off",
    environment: ["PATH", "LANG", "HOME"],
    limits: { wall_ms: 30_000, memory_bytes: 512_000_000, processes: 64 },
    writes: "~/notes/site only",
  },
  reasons: [
    "destructive steps always need a person, in every mode",
    "rule outside-git raises this write to destructive",
  ],
};

export const REQUEST_APPROVAL: ApprovalView = {
  ...BRIEF_APPROVAL,
  reach: "network",
  preview: {
    kind: "request",
    title: "Send 1 request to hooks.ex\u0430mple.com",
    method: "POST",
    url: "https://hooks.ex\u0430mple.com/services/brief",
    headers: { "content-type": "application/json", authorization: "•••••••• (secret team-hook)" },
    body: '{"title":"Daily brief, 20 November","text":"3 new documents. Release moves to Tuesday."}',
    rule: "egress-team-hook until 31 December",
  },
};

export const ARGUMENTS_APPROVAL: ApprovalView = {
  ...BRIEF_APPROVAL,
  reach: "delegated",
  preview: {
    kind: "arguments",
    title: "Call notes.archive",
    tool: "notes.archive",
    args: '{"folder":"2025","keep":["release.md"],"tag":"x\u200By"}',
  },
};

const step = (
  name: string,
  needs: readonly string[],
  tool: string,
  reach: PlanStepView["reach"],
  note: string | null = null,
): PlanStepView => ({ name, needs, tool, reach, answer: reach === "read_only" ? "runs" : "asks", note });

export const PLAN: PlanView = {
  plan: "plan_6e0b71f2",
  policyMode: "constrained",
  steps: [
    step("find_code", [], "code.search", "read_only"),
    step("read_handler", ["find_code"], "code.read_file", "read_only"),
    step("read_tests", ["find_code"], "code.read_file", "read_only"),
    step("draft_patch", ["read_handler", "read_tests", "find_code"], "llm.generate", "read_only", "local model"),
    step("test_staged", ["draft_patch"], "eval.run_unit_tests", "read_only"),
    step("apply_patch", ["test_staged"], "code.propose_patch", "local_write"),
    step("tell_channel", ["apply_patch"], "http.post", "network"),
    step("changelog", ["apply_patch"], "docs.write_doc", "local_write"),
  ],
  estimate: { toolCalls: 8, tokens: 12_000, costMillicents: 0, workMs: 8_000 },
  limits: { steps: 25, tokens: 200_000, costMillicents: 50_000, wallMs: 600_000, source: "your budget" },
  runWith: "writ run run_6e0b",
};

export const RECEIPT: ReceiptView = {
  run: "run_b02e6c1d40f791aa",
  wrote: [{ path: "daily-brief.md", digest: digest("5d02", "77ab") }],
  approved: [{ by: "ana", at: NOON + 5_000, scope: "for this content only" }],
  lifted: [],
  log: { entries: 31, verdict: "intact", signature: "signed", head: digest("8c1e", "77d0") },
  replay: { facts: 31, verdict: "same" },
};

export const DEMO_NEXT = [
  { command: "cd writ-demo && writ show b02e", purpose: "what happened, and why" },
  { command: 'writ run "Weekly notes into a task list"', purpose: null },
  { command: "writ serve", purpose: "the same in your browser" },
];

const fact = (noun: string, name: string | null, state: string, more: Partial<FactLineView>): FactLineView => ({
  at: NOON,
  noun,
  name,
  state,
  tookMs: null,
  words: [],
  values: [],
  text: null,
  ...more,
});

export const DEMO_FACTS: readonly FactLineView[] = [
  fact("plan", null, "verified", {
    values: [
      { key: "steps", value: 3 },
      { key: "gates", value: 1 },
    ],
    words: ["sha256:3aa9…6e15"],
  }),
  fact("step", "search_docs", "completed", { tookMs: 9, text: "3 new documents of 12" }),
  fact("step", "summarize", "completed", { tookMs: 31, text: "212 words" }),
  fact("approval", "apr_2b7e61f0", "waiting", { words: ["write_brief", "local_write"] }),
  fact("run", "run_b02e6c1d40f791aa", "awaiting_gate", {}),
];

export const APPROVAL_ROWS = [
  {
    approval: "apr_5e10",
    shortId: "apr_5e10",
    reach: "destructive",
    title: "Overwrite ops/retention.yaml",
    evidence: "moved",
    leftMs: 700_000,
  },
  {
    approval: "apr_41c0",
    shortId: "apr_41c0",
    reach: "local_write",
    title: "Change 2 files in src/",
    evidence: "unchanged",
    leftMs: 86_220_000,
  },
  {
    approval: "apr_9a02",
    shortId: "apr_9a02",
    reach: "network",
    title: "POST hooks.example.com/brief",
    evidence: "unchanged",
    leftMs: 86_340_000,
  },
] as const;

const followed = (seconds: number, name: string, tone: FollowedFactView["tone"], detail: string): FollowedFactView => ({
  at: TEA + seconds * 1_000,
  name,
  tone,
  detail,
});

export const FOLLOWED: readonly FollowedFactView[] = [
  followed(0, "run_started", "neutral", "policy constrained, budget 25 steps"),
  followed(0, "plan_verified", "neutral", "8 steps, 3 gates, no findings"),
  followed(2, "test_staged", "bad", "failed, 2 of 14 tests · retry 1 of 2"),
  followed(6, "test_staged", "good", "accepted · policy 1.00 utility 0.86"),
  followed(7, "apply_patch", "asks", "asks you · apr_41c0"),
];

export const REPLAY: ReplayView = {
  kind: "different",
  fact: 34,
  of: 48,
  step: "test_staged",
  recorded: ["verdict accept", "utility 0.86"],
  derived: ["verdict retry", "utility 0.41"],
  input: { what: "output of attempt 2", was: digest("9c41", "e07b"), is: digest("02fd", "9b31") },
  next: { command: "writ audit prove 7f3c", purpose: "which bytes changed, and when" },
};

export const POLICY_REPLAY: PolicyReplayView = {
  kind: "different",
  fact: 34,
  step: "test_staged",
  before: { from: "plan_verified", to: "draft_patch", facts: 33 },
  recorded: "retry, then accept",
  recordedPolicy: digest("c02d", "aa81"),
  derived: "escalate",
  derivedPolicy: digest("19ef", "d3b4"),
  decidedBy: "rule no-retry-on-red, strict.yaml:14",
  later: 14,
};

export const INTACT: AuditView = {
  kind: "intact",
  entries: 48_213,
  tookMs: 281,
  head: digest("8c1e", "77d0"),
  signed: { at: TEA + 128_000, entries: 48_213, by: "notes-laptop", key: "9f3c12ab" },
  unsigned: null,
  since: { at: NOON - 86_400_000, entries: 41_066 },
  now: TEA + 300_000,
};

export const TAMPERED: AuditView = {
  kind: "not_intact",
  finding: "Entry 47,904 of 48,213 was changed.",
  compared: [
    { what: "its bytes hash to", value: digest("0b7d", "e19a") },
    { what: "the tree holds", value: digest("41f0", "77c2") },
  ],
  good: "Entries 1 to 47,903 are intact up to the head signed at 13:58.",
  advice: "Keep this folder as it is, and compare with your last export:",
  next: "writ verify-bundle ./export-2026-11-19",
};

const check = (
  state: DoctorView["rows"][number]["state"],
  name: string,
  detail: string,
  remedy: string | null = null,
) => ({
  state,
  name,
  detail,
  remedy,
});

export const DOCTOR: DoctorView = {
  rows: [
    check("good", "workspace", "~/notes/.orchestrate, schema 4, 48,213 entries"),
    check("good", "journal", "SQLite, synchronous=FULL, one owner (writ serve, pid 812)"),
    check("good", "sandbox", "bubblewrap 0.9, probe passed in 5 ms"),
    check("good", "key", "notes-laptop, mode 0600, outside the workspace"),
    check("off", "model", "none; 8 templates work without one"),
    check("off", "outbound", "off; no host is allowed"),
    check("broken", "clock", "moved back 4 min since the last entry", "set it, then: writ doctor"),
  ],
  consequence: "Nothing is lost; runs that need the clock wait.",
};

export const WORKFLOW_ERRORS: ErrorView = {
  findings: [
    {
      place: "brief.yaml:7:5",
      code: "unknown_key",
      message: '"depend_on" is not a key of a step',
      source: { line: 7, column: 5, length: 9, text: "    depend_on: [fetch]" },
      hint: 'did you mean "depends_on"?',
    },
    {
      place: "brief.yaml:12:14",
      code: "wrong_type",
      message: '"timeout" must be a duration such as 30s',
      source: { line: 12, column: 14, length: 4, text: "    timeout: fast" },
      hint: null,
    },
  ],
  sentence: "brief.yaml has 2 errors and nothing ran; fix them, then: writ lint brief.yaml",
  code: null,
};

export const PATH_ERROR: ErrorView = {
  sentence:
    "notes/../../etc/hosts leaves the workspace; give a path inside it, or see where it starts with: writ doctor",
  code: "path_escape",
  findings: [],
};

export const NO_PLANNER_ERROR: ErrorView = {
  sentence:
    'no template matches "book me a flight" and no model is configured; see the nearest ones with: writ plan --explain "book me a flight", or connect one: writ config show',
  code: "no_planner",
  findings: [],
};

export const NO_TERMINAL_ERROR: ErrorView = {
  sentence:
    "write_brief waits for approval and there is no terminal to ask; run: writ approvals approve apr_2b7e (or: writ demo --approve)",
  code: null,
  findings: [],
};

export const RUN_LIST: RunListView = {
  now: TEA + 900_000,
  needsYou: [
    {
      run: "run_01m7xcc2g3b93rthtjgbd2xt23",
      shortId: "7f3c",
      state: "awaiting_gate",
      goal: "Add input validation to registration, with tests",
      clause: "apply_patch, until 21 Nov 14:19",
      at: TEA,
      workedMs: 7_200,
    },
    {
      run: "run_01m7xcc2g3b93rthtjgbd2xt24",
      shortId: "19c4",
      state: "in_doubt",
      goal: "Refund order 1402",
      clause: "did issue_refund happen?",
      at: TEA - 3_700_000,
      workedMs: 900,
    },
  ],
  running: [
    {
      run: "run_01m7xcc2g3b93rthtjgbd2xt25",
      shortId: "0d44",
      state: "in_progress",
      goal: "Weekly notes into a task list",
      clause: "summarize, step 2 of 4",
      at: TEA + 890_000,
      workedMs: 2_100,
    },
  ],
  ended: [
    {
      run: "run_01m7xcc2g3b93rthtjgbd2xt26",
      shortId: "b02e",
      state: "completed",
      goal: "Find new docs from the last 24 hours and summarize them",
      clause: "wrote daily-brief.md",
      at: NOON,
      workedMs: 300,
    },
    {
      run: "run_01m7xcc2g3b93rthtjgbd2xt27",
      shortId: "aa10",
      state: "rejected",
      goal: "Find new docs from the last 24 hours and summarize them, group them by project, and send the whole thing",
      clause: 'write_brief denied by ana: "tests first"',
      at: NOON - 90_000_000,
      workedMs: 61_000,
    },
  ],
  more: { count: 10_209, command: "writ list --all" },
};
