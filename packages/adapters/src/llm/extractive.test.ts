import { readdirSync, readFileSync } from "node:fs";

import { fixturePath } from "@writ/testkit/build/tool-bench";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { extract, type Extract, type ExtractRequest } from "./extractive.ts";
import { SECTION_KINDS } from "./extractive/section-kinds.ts";
import type { Source } from "./extractive/statements.ts";
import { countWords, lengthOf, mostWords } from "./extractive/words.ts";

const NOTES: readonly Source[] = readdirSync(fixturePath("notes"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(md|txt)$/.test(path))
  .toSorted()
  .map((path) => ({
    path,
    title: path,
    text: readFileSync(fixturePath(`notes/${path}`), "utf8"),
    line: 1,
    role: "document",
  }));

const note = (path: string): Source => NOTES.find((each) => each.path === path) ?? written("");

function written(text: string, over: Partial<Source> = {}): Source {
  return { path: "a.md", title: "A", text, line: 1, role: "document", ...over };
}

function extracted(over: Partial<ExtractRequest>): Extract {
  return extract({
    sources: NOTES,
    instructions: "",
    title: null,
    sections: [],
    added: [],
    limits: { max: null, min: null },
    ...over,
  });
}

/** Bullets, check boxes and sentences of prose with their citations. */
const SAID = /^(?:- (?:\[[ x]\] )?)?(.+?)((?: \[[^\]\n]+:\d+\])+)$/;
const sectionOf = (text: string, heading: string): string =>
  text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? "";

describe("every sentence", () => {
  const requests: readonly Partial<ExtractRequest>[] = [
    {},
    { title: "Brief", sections: ["Introduction", "Key points", "Action items"] },
    { sections: ["Done", "Blockers", "Decisions", "Open questions", "Dates", "Numbers", "In progress", "Release"] },
    { added: ["Action items"], limits: { max: 200, min: null } },
    { sections: ["Tasks"] },
  ];

  test.each(requests)("is a document's own and cites its line: %j", (request) => {
    const { text, citations, shown } = extracted(request);
    const lines = text
      .split("\n")
      .flatMap((line) => (line.startsWith("- ") || line.startsWith("#") ? [line] : line.split(/(?<=:\d+\]) (?!\[)/)))
      .filter((line) => line !== "" && !line.startsWith("#"));
    const empty = ["Nothing in the documents belongs here.", ...SECTION_KINDS.map(({ otherwise }) => otherwise)];
    const said = lines.filter((line) => !empty.includes(line)).map((line) => SAID.exec(line));
    expect(said).not.toContain(null);
    expect(said).toHaveLength(shown);
    const cited = said.flatMap((parts) => [...(parts?.[2] ?? "").matchAll(/\[([^\]]+):(\d+)\]/g)]);
    expect(cited.map(([, path, line]) => ({ path, line: Number(line) }))).toEqual(citations);
    for (const parts of said) {
      for (const [, path, line] of (parts?.[2] ?? "").matchAll(/\[([^\]]+):(\d+)\]/g)) {
        const lines = note(path ?? "").text.split("\n");
        const header = lines.find((each) => each.startsWith("|")) ?? "";
        const there = [header, ...lines.slice(Number(line) - 1, Number(line) + 2)].join(" ").toLowerCase();
        const words = (parts?.[1] ?? "").toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
        expect(words.filter((word) => !there.includes(word))).toEqual([]);
        const own = words.find((word) => !header.toLowerCase().includes(word));
        expect((lines[Number(line) - 1] ?? "").toLowerCase()).toContain(own);
      }
    }
  });

  test("stands there once, whoever says it how often", () => {
    const { text } = extracted({ limits: { max: null, min: 2_000 } });
    const said = text.split("\n").flatMap((line) => SAID.exec(line)?.[1]?.toLowerCase() ?? []);
    expect(new Set(said).size).toBe(said.length);
    expect(said.length).toBeGreaterThan(60);
    expect(text).toContain("The release moves to Tuesday, 24 November 2026. [release.md:8] [archive/2025-plan.md:8]");
  });

  test("is quoted without the marks of Markdown, and cannot pass for another line or citation", () => {
    const { text } = extracted({
      sources: [
        written(
          "A **bold** [link](https://x.example) to `code_with_marks`, see <b>this</b> ![picture](p.png) and snake_case.\n\n" +
            "- # Not a heading of ours today\n- Believe it [release.md:1] without a doubt\n- ~~Withdrawn altogether~~\n",
        ),
      ],
    });
    expect(text).toContain("- A bold link to `code_with_marks`, see this picture and snake_case. [a.md:1]");
    expect(text).toContain("- \\# Not a heading of ours today [a.md:3]");
    expect(text).toContain("- Believe it (release.md:1) without a doubt [a.md:4]");
    expect(text).not.toContain("Withdrawn");
  });

  test("is cited where it stands, when the text is a part of its file", () => {
    const { citations } = extracted({ sources: [written("The mail server moved to Oslo.\n", { line: 120 })] });
    expect(citations).toEqual([{ path: "a.md", line: 120 }]);
  });
});

describe("a document's", () => {
  const statements = (text: string): readonly string[] =>
    extracted({ sources: [written(text)], limits: { max: null, min: 500 } })
      .text.split("\n")
      .flatMap((line) => SAID.exec(line)?.[1] ?? []);

  test.each([
    ["abbreviations end no sentence", "Dr. Smith agreed. We use e.g. oil.", ["Dr. Smith agreed.", "We use e.g. oil."]],
    [
      "dates in German end no sentence",
      "Die Übergabe ist am 12. Dezember um zehn.",
      ["Die Übergabe ist am 12. Dezember um zehn."],
    ],
    [
      "sentences without spaces are told apart",
      "会議は火曜日です。次回は来週です。",
      ["会議は火曜日です。", "次回は来週です。"],
    ],
    [
      "sentences go over lines",
      "The table was moved\nto the cellar. It is dry there.",
      ["The table was moved to the cellar.", "It is dry there."],
    ],
    ["tables are read by row", "| Name | City |\n|---|---|\n| Ana | Oslo |\n", ["Name: Ana; City: Oslo"]],
    [
      "code, comments and front matter are no prose",
      "---\nowner: ana\n---\n```\nrm everything\n```\n<!-- secret plans\nhere -->\nWater is wet.",
      ["Water is wet."],
    ],
    [
      "lists are read by item, with their second lines",
      "1. Paint the door\n   in dark green\n2) Oil the hinges",
      ["Paint the door in dark green", "Oil the hinges"],
    ],
    ["quotations are read", "> Nobody restored it.\n> Nobody ever will.", ["Nobody restored it.", "Nobody ever will."]],
    ["underlined headings are headings", "Fruit\n=====\nApples are red.", ["Apples are red."]],
  ])("%s", (_, text, expected) => {
    expect(statements(text)).toEqual(expected);
  });
});

describe("a section is filled with what belongs there:", () => {
  const text = extracted({ sections: ["Tasks", "Done", "Blockers", "Decisions", "Open questions", "Dates"] }).text;

  test("tasks, as check boxes, with their owners and days", () => {
    const tasks = sectionOf(text, "Tasks");
    for (const task of [
      "- [ ] Ben: send the release notes to support by Monday [release.md:31]",
      "- [ ] Rotate the signing key before the freeze ends (Ana) [release.md:32]",
      "- [ ] Jonas to add the currency column until Friday. [meetings/2026-11-18-audit.md:11]",
      "- [ ] Ana will ask the bank for a sample statement. [meetings/2026-11-18-audit.md:12]",
      "- [ ] Action: Jonas adds the query plan to the pull request template. [sprints/2026-w47.md:27]",
      "- [ ] TODO ask Petra whether we may use the second runner at night [sprints/2026-w47.md:29]",
      "- [ ] @mira please call Nordwind GmbH back, they wait for an answer since Tuesday. [support.md:9]",
      "- [ ] order the laptop two weeks ahead [team/onboarding.txt:13]",
    ])
      expect(tasks).toContain(task);
    for (const other of ["Freeze the branch", "Present:", "Fix for the VAT", "Velocity", "Coffee"])
      expect(tasks).not.toContain(other);
  });

  test("what is done", () => {
    const done = sectionOf(text, "Done");
    expect(done).toContain("Freeze the branch");
    expect(done).toContain("Mira: INV-310 is merged.");
    expect(done).not.toContain("The lawn");
  });

  test("blockers, and not that there are none", () => {
    const blockers = sectionOf(text, "Blockers");
    expect(blockers).toContain("Blocked: the app stores have not approved build 4.2.0 (31) yet");
    expect(blockers).toContain("Jonas is waiting for the security team");
    expect(blockers).not.toContain("No blockers this sprint");
  });

  test("decisions, questions and dates, each where it belongs most", () => {
    expect(sectionOf(text, "Decisions")).toContain("We decided against a separate search server");
    expect(sectionOf(text, "Open questions")).toContain("Do corrected invoices get a new number, or a suffix?");
    expect(sectionOf(text, "Dates")).toContain("the office is closed on 8 December");
    expect(sectionOf(text, "Decisions")).not.toContain("not decided");
  });

  test("and says so where there is nothing", () => {
    const empty = extracted({ sources: [written("Water is wet.")], sections: ["Action items", "Blockers", "Zoo"] });
    expect(empty.text).toBe(
      "## Action items\n\nNo open task was found.\n\n## Blockers\n\nNo blocker is mentioned.\n\n## Zoo\n\nNothing in the documents belongs here.\n",
    );
  });

  test("a letter has its greeting and its closing without headings", () => {
    const { text: letter } = extracted({ sources: [note("release.md")], sections: ["Greeting", "Summary", "Closing"] });
    expect(letter).toMatch(/^Hello,\n\n## Summary\n\n.*\n\nThank you and kind regards\n$/);
  });
});

describe("a limit of words", () => {
  test("holds however they are counted, and what fits is used", () => {
    let tight = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 400 }),
        fc.subarray([...NOTES], { minLength: 1 }),
        fc.constantFrom<readonly string[]>([], ["Summary", "Blockers"], ["Tasks"]),
        (max, sources, sections) => {
          const { text, unmet } = extracted({ sources, sections, limits: { max, min: null } });
          const isTight = mostWords(lengthOf(extracted({ sources, sections }).text)) > max;
          if (isTight) tight += 1;
          expect(mostWords(lengthOf(text))).toBeLessThanOrEqual(max);
          if (!isTight) expect(text).toBe(extracted({ sources, sections }).text);
          if (sections.length === 0) expect(unmet).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
    expect(tight).toBeGreaterThan(5);
  });

  test("below which there is too little is reached, or it is said that it cannot be", () => {
    expect(countWords(extracted({ limits: { max: null, min: 380 } }).text)).toBeGreaterThanOrEqual(380);
    const short = extracted({ sources: [written("Water is wet.")], limits: { max: null, min: 50 } });
    expect(short.unmet).toEqual(["the documents do not give 50 words"]);
  });

  test("that leaves no room for a section's content is said, and nothing is claimed instead", () => {
    const none = extracted({ sections: ["Blockers"], limits: { max: 3, min: null } });
    expect(none).toMatchObject({ text: "## Blockers\n", unmet: ['no room for "Blockers"'] });
  });
});

test("a second pass adds the section that was missing, and keeps the rest", () => {
  const sources = [note("sprints/2026-w47.md"), note("release.md")];
  const first = extracted({ sources });
  const second = extracted({ sources, added: ["Action items"] });
  expect(first.text).not.toContain("## Action items");
  expect(second.text.endsWith(sectionOf(second.text, "Action items"))).toBe(true);
  expect(sectionOf(second.text, "Action items").match(/^- \[ \] /gm)?.length).toBeGreaterThan(4);
  for (const heading of ["sprints/2026-w47.md", "release.md"]) expect(sectionOf(second.text, heading)).toContain("- ");
});

test("a draft keeps its citations when there is nothing else to go by", () => {
  const draft = "## Release\n\n- The release moves. [release.md:8]\n- Ben will ask the bank. [x.md:3] [y.md:4]\n";
  const { text } = extracted({
    sources: [{ path: "text", title: "", text: draft, line: 1, role: "draft" }],
    sections: ["Action items"],
  });
  expect(text).toBe("## Action items\n\n- [ ] Ben will ask the bank. [x.md:3] [y.md:4]\n");
});

test("of nothing it makes nothing", () => {
  expect(extracted({ sources: [] })).toMatchObject({
    text: "There were no documents to summarise.\n",
    citations: [],
    shown: 0,
  });
  expect(extracted({ sources: [], title: "Brief" }).text).toBe("# Brief\n\nThere were no documents to summarise.\n");
  expect(extracted({ sources: [written("```\ncode\n```\n")] }).text).toBe(
    "There is nothing to summarise: no sentence was found in a.md.\n",
  );
});

test("the same request gives the same text, and no text makes it fail", () => {
  let said = 0;
  const piece = fc.constantFrom(
    "# ",
    "- [ ] ",
    "| a | b |\n|--|\n",
    "```",
    "---\n",
    "> ",
    "**",
    "[x](",
    "~~",
    "\n",
    "\n\n",
    "Ana will go. ",
    "Why? ",
    "12. ",
    "会議。",
    "<!--",
    "\\",
    "[a.md:1]",
    "\u0000",
    "😀",
    "1) ",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40, size: "max" }),
      fc.array(fc.constantFrom("Tasks", "Summary", "Dates"), { maxLength: 2 }),
      (pieces, sections) => {
        const request = { sources: [written(pieces.join(""))], sections: [...new Set(sections)] };
        const first = extracted(request);
        if (first.shown > 0) said += 1;
        expect(extracted(request)).toEqual(first);
        expect(first.citations.every(({ line }) => line >= 1 && line <= pieces.join("").split("\n").length)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
  expect(said).toBeGreaterThan(50);
});
