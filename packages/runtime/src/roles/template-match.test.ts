import { shippedTemplates } from "@writ/testkit/shipped-templates";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { loadTemplates, type TemplateCatalogue } from "./template-catalogue.ts";
import { MATCH_THRESHOLD, matchTemplates } from "./template-match.ts";

const TODAY = "2026-11-20";

function shipped(): TemplateCatalogue {
  const { catalogue, problems } = loadTemplates(shippedTemplates());
  expect(problems).toEqual([]);
  if (catalogue === null) throw new Error("the shipped templates load");
  return catalogue;
}

const catalogue = shipped();
const idFor = (goal: string): string | null => matchTemplates(goal, catalogue, TODAY).chosen?.template.id ?? null;

/** What people say, and the template that answers it. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  w1: [
    "Find new docs from the last 24 hours and summarize them",
    "find new documents from the last 24 hours and summarise them",
    "Please find all new docs of the past day, and summarize them for me.",
    "Summarize the notes I changed in the last two days",
    "Summarise my notes from the past week",
    "Give me a summary of the files that changed since yesterday",
    "what's new in my notes?",
    "Summarize new docs since Monday",
    "Daily brief",
    "write me the daily brief please",
    "Summarize recent docs",
    "Find new docs in notes/ from the last 3 days and summarize them",
    "I would like a digest of the documents from the last 48h",
  ],
  w2: [
    "Add input validation to registration, with tests",
    "Add a retry limit to the mailer, with tests",
    "Prepare a pull request that renames the config file",
    "Apply the patch and run the tests",
    "Apply this patch",
    "Fix the off-by-one in pagination and run the tests",
    "Fix the date parser in the code",
    "Add a --verbose option to the code with tests",
    "please prepare a PR for the new login page",
  ],
  w4: [
    "Search the code for TODO",
    "grep for FIXME in src/",
    'find "parse_date" in the code',
    "Find all occurrences of parseDate",
    "Search the source code for `new Date(` in *.ts",
    "look for createServer in the codebase",
    "Where in the code is parseDate used?",
  ],
  w5: [
    "Verify the patch",
    "Verify this patch and apply it if the tests pass",
    "Check that the patch builds and passes the tests",
    "Run the tests on the patch and apply it if they pass",
    "Make sure the patch builds and passes",
    "apply the patch if the tests are green",
    "Test the diff and apply it if it works",
  ],
  w6: [
    "Summarize my notes with an introduction, bullets and action items",
    "Write a summary of notes/meeting.md with intro, bullet points and action items",
    "Summarise notes/meeting.md with an intro, bullets and actions",
    "Summarize the docs from the last week with intro, bullets and action items",
  ],
  w7: [
    "Write a polite email under 200 words about the delayed release",
    "Write an assertive but polite e-mail about the missing invoice",
    "Draft a polite mail about the broken elevator in at most 150 words",
    "polite email about the late delivery",
  ],
  "w15-task-list": [
    "Weekly notes into a task list",
    "Turn my weekly notes into a to-do list",
    "Summarize my weekly notes and draft a task list",
    "make a task list from the notes of the last 7 days",
  ],
  "w15-team-status": [
    "Team status report",
    "Write the weekly team status report",
    "Write a team status report from the notes of the last week",
  ],
  "w15-ci-report": ["Write the release notes", "CI report", "Run the tests and write a CI/CD report"],
  "w15-compliance": [
    "Compliance report",
    "Review the docs of the last month for compliance",
    "check my notes for GDPR compliance",
  ],
  "system-health": [
    "How is this machine doing",
    "How's my laptop doing?",
    "system health",
    "Check the CPU, memory and disk of this computer",
    "machine status",
    "Check the system's health",
  ],
};

/** Near misses: half a goal is no goal, and what is asked beside it is asked too. */
const NEAR: readonly string[] = [
  "Find new docs from the last 24 hours, summarize them and send them to bob@example.com",
  "Summarize new docs and translate them into German",
  "Do not summarize the new docs from the last 24 hours",
  "Summarize all docs except the new ones",
  "Delete the new docs from the last 24 hours",
  "Find new docs from the last 24 hours and delete them",
  "Summarize the docs older than two days",
  "Summarize the documents I wrote before Monday",
  "Publish the new docs of the last week",
  "Search for a good restaurant with a strict dress code",
  "Fix the washing machine",
  "Apply the nicotine patch",
  "Test my blood pressure",
  "Test the smoke detector",
  "Run the washing machine",
  "Deploy the patch to production",
  "Apply the patch and deploy it",
  "Apply the patch without running the tests",
  "Send a polite email to my boss",
  "Write a polite email and send it",
  "Write a polite email about the delay and send it to Bob",
  "Write a polite email about the delay but do not mention Anna",
  "Write a polite poem",
  "Write a polite reply to the neighbours and translate it",
  "Is the machine at the gym free",
  "Shut down this machine",
  "Install updates on this machine",
  "Clean up the disk of this machine",
  "Remind me of the daily brief tomorrow",
  "Schedule a team meeting",
  "Rename all my notes",
  "Move my notes to the archive",
  "Encrypt my notes from the last week",
  "Print the new documents",
  "Compare the new docs with the old ones",
  "Count the words in my notes",
  "Convert the notes into a presentation",
  "Invent a recipe from my notes of the last week",
];

/** What has nothing to do with any template. */
const FAR: readonly string[] = [
  "book me a flight",
  "book me a flight to Lisbon next Tuesday",
  "Order two pizzas",
  "What is the weather in Paris",
  "Tell me a joke",
  "Translate this letter into French",
  "Summarize the plot of Moby Dick",
  "Summarize the state of the art in battery chemistry",
  "Find a cheap hotel near the station",
  "Find my car keys",
  "Find cheap flights in paris/london",
  "Search for a good restaurant",
  "Search the web for the best laptop",
  "Find all occurrences of the word love in every book that Shakespeare wrote",
  "Add milk to my shopping list",
  "Add Anna to the meeting",
  "Add sugar to the coffee",
  "Fix my bike",
  "Apply for a job at the bakery",
  "Apply the discount to order 4711",
  "Verify my identity",
  "Verify the invoice",
  "Run a marathon",
  "Write a love letter to Anna",
  "Write a novel",
  "Write a report about whales",
  "Prepare dinner",
  "Prepare the tax declaration",
  "Make a list of my favourite songs",
  "Turn the lights off",
  "Turn the heating down",
  "How is my mother doing",
  "How is the stock market doing",
  "Restart the server",
  "Status of my parcel",
  "Review my essay",
  "Pay the invoice",
  "Cancel my subscription",
  "Call mum",
  "Play some music",
  "What time is it",
  "Who won the match yesterday",
  "Change my password",
  "",
  "   ",
  "?!",
  "the a of to",
  "🦆",
];

describe("a goal that a template answers", () => {
  const goals = Object.entries(ANSWERED).flatMap(([id, said]) => said.map((goal) => ({ goal, id })));

  test.each(goals)("$goal → $id", ({ goal, id }) => expect(idFor(goal)).toBe(id));

  test("is found however it is written, and whatever it says politely around it", () => {
    let runs = 0;
    const write = fc.constantFrom<(goal: string) => string>(
      (goal) => goal.toUpperCase(),
      (goal) => `  ${goal.replaceAll(" ", "   ")}\n`,
      (goal) => `Please, could you ${goal}!`,
      (goal) => `${goal}, please. Thanks!`,
    );
    const readsCase = /["`]|\b(TODO|FIXME|parseDate|createServer)\b|\//;
    fc.assert(
      fc.property(fc.constantFrom(...goals), write, ({ goal, id }, rewrite) => {
        if (readsCase.test(goal)) return;
        runs += 1;
        expect(idFor(rewrite(goal))).toBe(id);
      }),
      { numRuns: 400 },
    );
    expect(runs).toBeGreaterThan(200);
  });
});

describe("a goal that no template answers", () => {
  test.each([...NEAR, ...FAR])("%j", (goal) => {
    const { chosen, ranked } = matchTemplates(goal, catalogue, TODAY);
    expect(chosen === null ? null : `${chosen.template.id} by "${chosen.utterance}"`).toBeNull();
    expect(ranked.every(({ score }) => score >= 0 && score < MATCH_THRESHOLD)).toBe(true);
  });

  test("stays unanswered with another one after it", () => {
    let runs = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...FAR),
        fc.constantFrom(...FAR, ...NEAR.filter((goal) => !/test|code/.test(goal))),
        (first, second) => {
          runs += 1;
          expect(idFor(`${first} and ${second}`)).toBeNull();
        },
      ),
      { numRuns: 1_000 },
    );
    expect(runs).toBe(1_000);
  });
});

describe("a goal that asks for more than a template does", () => {
  const more = [
    "and delete them",
    "and send it to bob@example.com",
    "but not the drafts",
    "and translate it",
    "and deploy it",
    "and buy a boat",
    "except the old ones",
  ];
  const closed = ["w1", "w5", "w15-task-list", "w15-team-status", "w15-compliance", "system-health"];
  const goals = closed.flatMap((id) => ANSWERED[id] ?? []);

  test("is not answered in part", () => {
    let runs = 0;
    fc.assert(
      fc.property(fc.constantFrom(...goals), fc.constantFrom(...more), (goal, demand) => {
        runs += 1;
        const { chosen } = matchTemplates(`${goal} ${demand}`, catalogue, TODAY);
        expect(chosen === null ? null : `${chosen.template.id} by "${chosen.utterance}"`).toBeNull();
      }),
      { numRuns: 300 },
    );
    expect(runs).toBe(300);
  });
});

describe("a comparison", () => {
  const explained = matchTemplates("Find new docs from the last two days and send them to Bob", catalogue, TODAY);

  test("says for every template which words matched, which are missing and what is not answered", () => {
    expect(explained.ranked).toHaveLength(catalogue.templates.length);
    const brief = explained.ranked.find(({ template }) => template.id === "w1");
    expect(brief).toMatchObject({
      matched: ["find", "new", "doc"],
      missing: ["summarize"],
      unanswered: ["send", "Bob"],
      demands: ["send"],
    });
    expect(brief?.slots.get("since")).toEqual({ kind: "number", value: 48 });
  });

  test("is the same every time, best first", () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (goal) => {
        const { ranked, chosen } = matchTemplates(goal, catalogue, TODAY);
        const scores = ranked.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(matchTemplates(goal, catalogue, TODAY)).toEqual({ goal, ranked, chosen, threshold: MATCH_THRESHOLD });
        compared += scores.filter((score) => score > 0).length;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThanOrEqual(0);
  });

  test("of a goal of a megabyte is over soon, and finds nothing", () => {
    const goal = "find new docs and summarize them ".repeat(32_000);
    const { chosen } = matchTemplates(goal, catalogue, TODAY);
    expect(chosen).toBeNull();
  });
});
