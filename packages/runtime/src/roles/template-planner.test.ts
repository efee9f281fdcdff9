import { aToolSpec } from "@writ/testkit/build/rules";
import { shippedTemplates } from "@writ/testkit/shipped-templates";
import type { Json } from "@writ/core";
import { describe, expect, test } from "vitest";

import type { PlanRequest, Proposal } from "../ports/planner.ts";
import { loadTemplates } from "./template-catalogue.ts";
import type { TemplateFile } from "./template-file.ts";
import type { Author } from "./template-plan.ts";
import { TemplatePlanner } from "./template-planner.ts";

const request: PlanRequest = {
  goal: "",
  inputs: {},
  context: [],
  tools: [],
  findings: [],
  completed: [],
  final: false,
  today: "2026-11-20",
  trace: null,
};
const PATCH = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";

async function propose(
  changes: Partial<PlanRequest>,
  author: Author = "none",
  more: readonly TemplateFile[] = [],
): Promise<Proposal> {
  const { catalogue } = loadTemplates([...shippedTemplates(), ...more]);
  if (catalogue === null) throw new Error("the shipped templates load");
  return await new TemplatePlanner(catalogue, author).propose({ ...request, ...changes }, new AbortController().signal);
}

async function stepsFor(
  changes: Partial<PlanRequest>,
  author: Author = "none",
): Promise<Readonly<Record<string, unknown>>> {
  const proposal = await propose(changes, author);
  if (proposal.kind !== "plan") throw new Error(`${proposal.code}: ${proposal.message}`);
  return Object.fromEntries(proposal.plan.steps.map((step) => [step.id, step]));
}

describe("a template's plan", () => {
  test("names its author and its intent, and holds what the goal says", async () => {
    const goal = "Find new docs in notes/ from the last two days and summarize them";
    const proposal = await propose({ goal });
    expect(proposal).toMatchObject({
      kind: "plan",
      plan: {
        intent: "docs.daily_brief",
        planner: { kind: "template", ref: "w1", version: "1", model_call_ids: [] },
        steps: [
          { tool: "docs.search_docs", params: { since_hours: 48, glob: "notes/**" } },
          {
            tool: "llm.generate",
            params: { instructions: goal },
            param_bindings: { "/documents": "search_docs./hits" },
          },
          { tool: "docs.write_doc", params: { path: "briefs/2026-11-20.md" } },
        ],
      },
      usage: { tokens: 0, costMillicents: 0 },
      answers: [],
    });
  });

  test("takes defaults for what is not said, and leaves out what has none", async () => {
    const { search_docs: search } = await stepsFor({ goal: "Summarize new docs" });
    expect(search).toMatchObject({ params: { since_hours: 24 } });
    expect(search).not.toHaveProperty("params.glob");
  });

  test.each<[string, Json, number]>([
    ["a number", 36, 36],
    ["digits", "36", 36],
    ["words", "last two days", 48],
    ["a short form", "2d", 48],
    ["a day", "yesterday", 48],
    ["a weekday", "monday", 120],
  ])("an input wins over the goal: hours as %s", async (_what, since, hours) => {
    const { search_docs: search } = await stepsFor({
      goal: "Summarize new docs from the last week",
      inputs: { since },
    });
    expect(search).toMatchObject({ params: { since_hours: hours } });
  });

  test.each<[string, Json, readonly string[]]>([
    ["a list", ["make", "check"], ["make", "check"]],
    ["a line", `node --test "my tests/a b.js"`, ["node", "--test", "my tests/a b.js"]],
  ])("a command comes as %s, and no shell reads it", async (_what, command, argv) => {
    const { test_patch: step } = await stepsFor({ goal: "Verify the patch", inputs: { patch: PATCH, command } });
    expect(step).toMatchObject({ params: { argv } });
  });

  test("binds a file to the run's input instead of copying it", async () => {
    const { apply_patch: apply } = await stepsFor({ goal: "Verify the patch", inputs: { patch: PATCH } });
    expect(apply).toMatchObject({ param_bindings: { "/patch": "inputs./patch" } });
    expect(JSON.stringify(apply)).not.toContain("@@");
  });

  test("has the tier of each tool, and none for a tool that is not there", async () => {
    const { write_brief: write, search_docs: search } = await stepsFor({
      goal: "Daily brief",
      tools: [aToolSpec("docs.write_doc", "local_write")],
    });
    expect(write).toMatchObject({ approval_mode: "local_write" });
    expect(search).not.toHaveProperty("approval_mode");
  });
});

describe("a goal that needs an author", () => {
  test.each([
    "Verify the patch",
    "Apply the patch and run the tests",
    "Add input validation to registration, with tests",
  ])("%s: without a patch and a model it is refused, and told how", async (goal) => {
    const refusal = await propose({ goal });
    expect(refusal).toMatchObject({ kind: "refused", code: "model_required" });
    if (refusal.kind === "refused") expect(refusal.message).toMatch(/--input patch=FILE.*WRIT_MODEL_URL/);
  });

  test("with a patch goes without a model", async () => {
    const steps = await stepsFor({ goal: "Verify the patch and apply it if the tests pass", inputs: { patch: PATCH } });
    expect(Object.keys(steps)).toEqual(["test_patch", "tests_pass", "apply_patch"]);
  });

  test("with both lets the model revise once, and writes only what passed", async () => {
    const steps = await stepsFor(
      { goal: "Verify the patch and apply it if the tests pass", inputs: { patch: PATCH } },
      "model",
    );
    expect(Object.keys(steps)).toEqual([
      "test_patch",
      "revise_patch",
      "test_revision",
      "tests_pass",
      "apply_patch",
      "apply_revision",
    ]);
    expect(steps["tests_pass"]).toMatchObject({
      kind: "check",
      that: "steps.test_patch.passed or default(steps.test_revision.passed, false)",
    });
    for (const id of ["apply_patch", "apply_revision"]) expect(steps[id]).toMatchObject({ depends_on: ["tests_pass"] });
  });

  test("with a model alone has the change written, after looking for the code", async () => {
    const steps = await stepsFor({ goal: "Add input validation to registration, with tests" }, "model");
    expect(steps["find_code"]).toMatchObject({ params: { query: "input|validation|registration", mode: "regex" } });
    expect(Object.keys(steps)).toContain("draft_patch");
  });

  test("with a model and nothing to say is asked what to change", async () => {
    const refusal = await propose({ goal: "Verify the patch" }, "model");
    expect(refusal).toMatchObject({ code: "template_input_missing" });
    if (refusal.kind === "refused") expect(refusal.message).toContain("--input patch=FILE");
  });
});

describe("a template refuses", () => {
  test.each<[string, Partial<PlanRequest>, string, RegExp]>([
    [
      "an unknown input",
      { goal: "Daily brief", inputs: { sinse: 3 } },
      "template_input_invalid",
      /has no input sinse; it takes since, folder/,
    ],
    [
      "a wrong type",
      { goal: "Daily brief", inputs: { since: "blue" } },
      "template_input_invalid",
      /"blue" is no hours for since/,
    ],
    ["a negative span", { goal: "Daily brief", inputs: { since: -1 } }, "template_input_invalid", /-1 is no hours/],
    [
      "an empty patch",
      { goal: "Verify the patch", inputs: { patch: "" } },
      "template_input_invalid",
      /"" is no file for patch/,
    ],
    [
      "an open quotation",
      { goal: "Verify the patch", inputs: { patch: PATCH, command: '"npm' } },
      "template_input_invalid",
      /is no argv/,
    ],
    [
      "an input its plan has no use for",
      { goal: "Verify the patch", inputs: { patch: PATCH, change: "b" } },
      "template_input_invalid",
      /no use for the input change/,
    ],
    [
      "context it does not read",
      { goal: "Daily brief", context: [{ name: "a.md", text: "a" }] },
      "no_planner",
      /the template w1 reads no context/,
    ],
    [
      "a second plan for the same goal",
      { goal: "Daily brief", findings: [{ code: "policy_denied", message: "no" }] },
      "no_planner",
      /one plan for this goal/,
    ],
    [
      "a goal beyond its words",
      { goal: "book me a flight" },
      "no_planner",
      /no template matches "book me a flight" and no model is configured; see the nearest ones with: writ plan --explain/,
    ],
  ])("%s", async (_what, changes, code, message) => {
    const refusal = await propose(changes);
    expect(refusal).toMatchObject({ kind: "refused", code, usage: { tokens: 0 } });
    if (refusal.kind !== "refused") return;
    expect(refusal.message).toMatch(message);
    expect(refusal.nearest).toHaveLength(3);
  });
});

describe("a template of a workspace", () => {
  const own = (changes: string): TemplateFile => ({ name: "templates/own.yaml", origin: "workspace", text: changes });
  const garden = `id: garden
version: "3"
title: Garden log
says: Writes down what happened in the garden.
intent: garden.log
utterances: ["log the garden", "find new docs from {since} and summarize them"]
parameters: { since: { type: hours, default: 24, says: how far back } }
variants:
  - steps:
      - { id: write, tool: docs.write_doc, params: { path: "garden/\${today}.md", text: "\${goal}" } }
`;

  test("answers its goals under a label that says where it comes from", async () => {
    const proposal = await propose({ goal: "Log the garden" }, "none", [own(garden)]);
    expect(proposal).toMatchObject({
      kind: "plan",
      plan: { planner: { kind: "template", ref: "workspace:garden", version: "3" } },
    });
  });

  test("cannot take a goal that a shipped one answers, even by the same words", async () => {
    const proposal = await propose({ goal: "Find new docs from the last 24 hours and summarize them" }, "none", [
      own(garden),
    ]);
    expect(proposal).toMatchObject({ plan: { planner: { ref: "w1" } } });
  });

  test("cannot take the id of a shipped one", () => {
    const { catalogue, problems } = loadTemplates([own(garden.replace("id: garden", "id: w1")), ...shippedTemplates()]);
    expect(problems).toMatchObject([{ code: "template_shadowed", place: { file: "templates/own.yaml" } }]);
    expect(catalogue?.templates.find(({ id }) => id === "w1")?.origin).toBe("shipped");
  });

  test("fills in what a goal says letter by letter: a placeholder in it stays what it is", async () => {
    const goal = "Log the garden ${today} $${goal} ${since}";
    const proposal = await propose({ goal }, "none", [
      own(
        garden
          .replace("log the garden", "log the garden {rest}")
          .replace("parameters: {", "parameters: { rest: { type: text, says: more },"),
      ),
    ]);
    expect(proposal).toMatchObject({ plan: { steps: [{ params: { text: goal, path: "garden/2026-11-20.md" } }] } });
  });

  test.each<[string, (text: string) => string, RegExp, { readonly line?: number }]>([
    ["an unknown field", (text) => text.replace("title:", "titel: x\ntitle:"), /titel/, {}],
    [
      "an unknown field of a step",
      (text) => text.replace("id: write,", "id: write, run_as: root,"),
      /variants\.0\.steps\.0/,
      { line: 10 },
    ],
    [
      "a placeholder nobody declares",
      (text) => text.replace("${goal}", "${secret}"),
      /\$\{secret\} is no parameter/,
      {},
    ],
    ["an unknown form", (text) => text.replace("${goal}", "${goal|shell}"), /unknown form/, {}],
    ["a slot nobody declares", (text) => text.replace("{since}", "{until}"), /slot until/, {}],
    ["an utterance of nothing", (text) => text.replace("log the garden", "to the"), /no word of its own/, {}],
    ["a broken condition", (text) => text.replace("id: write,", "id: write, when: 'steps.(',"), /step write: when/, {}],
    ["a default of another type", (text) => text.replace("default: 24", "default: soon"), /default of since/, {}],
    [
      "an alias",
      (text) => text.replace("id: garden", "id: &a garden").replace("title: Garden log", "title: *a"),
      /alias/,
      { line: 3 },
    ],
    ["a tag", (text) => text.replace("id: garden", "id: !!str garden"), /tag/, { line: 1 }],
    ["a key twice", (text) => `${text}id: again\n`, /unique/i, { line: 11 }],
    ["no YAML", () => "id: [", /./, {}],
    ["nesting without end", () => "[".repeat(40_000), /./, {}],
    ["another document", (text) => `${text}---\n${text}`, /./, {}],
  ])("with %s is left out as a whole, and the place is named", (_what, spoil, message, place) => {
    const { catalogue, problems } = loadTemplates([...shippedTemplates(), own(spoil(garden))]);
    expect(problems[0]).toMatchObject({ code: "template_malformed", place: { file: "templates/own.yaml", ...place } });
    expect(problems[0]?.message).toMatch(message);
    expect(catalogue?.templates.some(({ origin }) => origin === "workspace")).toBe(false);
  });

  test("reads nobody's inputs but declared files", () => {
    const reading = garden.replace('text: "${goal}" }', "}, param_bindings: { /text: inputs./since }");
    expect(loadTemplates([...shippedTemplates(), own(reading)]).problems[0]?.message).toMatch(
      /inputs\.\/since is no parameter of type file/,
    );
  });
});
