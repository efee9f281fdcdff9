import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  epochMs,
  lowerPlan,
  verifyPlan,
  type Finding,
  type PlanDocument,
} from "@writ/core";
import { loadTemplates, TemplatePlanner, toolRules, type Author, type PlanRequest, type Tool } from "@writ/runtime";
import { shippedTemplates } from "@writ/testkit/shipped-templates";
import { describe, expect, test } from "vitest";

import { DocumentIndex } from "../docs-index/document-index.ts";
import { systemClock } from "../system/clock.ts";
import { nodeHasher } from "../system/sha256.ts";
import { readCode } from "./code.ts";
import { getDoc, writeDoc } from "./docs.ts";
import { runUnitTests } from "./evaluate.ts";
import { generateText } from "./generate.ts";
import { previousContentsIn } from "./previous-contents.ts";
import { proposePatch } from "./propose-patch.ts";
import { scoreQa } from "./score-qa.ts";
import { searchCode } from "./search-code.ts";
import { searchDocs } from "./search-docs.ts";
import { systemHealth } from "./system-health.ts";

const nowhere = join(tmpdir(), "template-plans");
const previous = previousContentsIn(nowhere);
const tools: readonly Tool[] = [
  searchDocs(new DocumentIndex(join(nowhere, "index.db"), nodeHasher), async () => new Set()),
  getDoc,
  writeDoc(previous),
  generateText(0),
  searchCode(),
  readCode,
  proposePatch(previous),
  runUnitTests({ staging: nowhere, path: [] }),
  scoreQa(0),
  systemHealth(systemClock),
];
const rules = toolRules(nodeHasher, tools);

const { catalogue, problems } = loadTemplates(shippedTemplates());
if (catalogue === null || problems.length > 0) throw new Error("the shipped templates load");
const { templates } = catalogue;

const PATCH = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
const request: PlanRequest = {
  goal: "",
  inputs: {},
  context: [],
  tools: tools.map(({ spec }) => spec),
  findings: [],
  completed: [],
  final: false,
  today: "2026-11-20",
  trace: null,
};

interface Case {
  readonly goal: string;
  readonly author: Author;
  readonly inputs?: PlanRequest["inputs"];
  readonly context?: PlanRequest["context"];
}

/** One for every variant of every template. */
const CASES: readonly Case[] = [
  { goal: "Find new docs in notes/ from the last 24 hours and summarize them", author: "none" },
  { goal: "Apply the patch and run the tests", author: "none", inputs: { patch: PATCH } },
  { goal: "Add input validation to registration, with tests", author: "none", inputs: { patch: PATCH } },
  { goal: "Add input validation to registration, with tests", author: "model" },
  { goal: "Search the code for TODO in src/", author: "none" },
  { goal: "Verify the patch", author: "model", inputs: { patch: PATCH } },
  { goal: "Verify the patch", author: "none", inputs: { patch: PATCH } },
  { goal: "Write a patch that rejects empty names and verify it", author: "model" },
  { goal: "Summarize with intro, bullets and action items", author: "none", context: [{ name: "a.md", text: "a" }] },
  { goal: "Summarize notes/a.md with intro, bullets and action items", author: "none" },
  { goal: "Summarize the docs with intro, bullets and action items", author: "none" },
  { goal: "Check that the email is polite", author: "none", inputs: { text: "Hello" } },
  { goal: "Write a polite email under 150 words about the release", author: "none" },
  { goal: "Weekly notes into a task list", author: "none" },
  { goal: "Team status report", author: "none" },
  { goal: "Write a CI report", author: "none", inputs: { command: "node --test" } },
  { goal: "Compliance report", author: "none" },
  { goal: "How is this machine doing", author: "none" },
];

const planned: { readonly ref: string; readonly steps: string }[] = [];

async function planFor({ goal, author, inputs = {}, context = [] }: Case): Promise<PlanDocument> {
  const proposal = await new TemplatePlanner(catalogue ?? fail(), author).propose(
    { ...request, goal, inputs, context },
    new AbortController().signal,
  );
  if (proposal.kind !== "plan") throw new Error(`${proposal.code}: ${proposal.message}`);
  return proposal.plan;
}

function fail(): never {
  throw new Error("no catalogue");
}

function findingsOf(plan: PlanDocument, inputs: readonly string[]): readonly Finding[] {
  const lowered = lowerPlan(plan, "sha256:0");
  expect(lowered.problems).toEqual([]);
  return verifyPlan(nodeHasher, {
    plan: lowered.plan,
    tools: rules,
    policy: DEFAULT_POLICY,
    mode: "constrained",
    ceiling: "local_write",
    limits: DEFAULT_LIMITS,
    remaining: DEFAULT_LIMITS,
    intent: null,
    inputs: new Set(inputs),
    settled: new Map(),
    evidence: new Set(),
    door: "run",
    refusedPlans: new Set(),
    at: epochMs(0),
  }).findings;
}

describe("a shipped template's plan", () => {
  test.each(CASES)(
    "$goal, author $author: fits the tools there are, and the critic has nothing to say",
    async (each) => {
      const plan = await planFor(each);
      planned.push({ ref: plan.planner?.ref ?? "", steps: plan.steps.map(({ id }) => id).join() });
      expect(findingsOf(plan, Object.keys(each.inputs ?? {}))).toEqual([]);
      for (const step of plan.steps)
        if ("tool" in step) expect(step.approval_mode).toBe(rules.get(step.tool)?.spec.tier);
    },
  );

  test("exists for every variant of every template", () => {
    const variants = templates.flatMap(({ ref, variants }) =>
      variants.map(({ steps }) => ({ ref, steps: steps.map(({ id }) => id).join() })),
    );
    for (const variant of variants) expect(planned).toContainEqual(variant);
  });
});
