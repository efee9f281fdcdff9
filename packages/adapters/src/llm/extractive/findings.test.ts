import type { Json } from "@writ/core";
import { expect, test } from "vitest";

import { requirementsOf, type Requirements } from "./findings.ts";

const nothing: Requirements = { sections: [], maxWords: null, minWords: null };

test.each<[string, Json, Partial<Requirements>]>([
  [
    "a record of a missing section",
    { code: "missing_section", section: "Action items" },
    { sections: ["Action items"] },
  ],
  ["one that names it otherwise", { kind: "section_missing", name: "Risks" }, { sections: ["Risks"] }],
  [
    "one that only tells it",
    { code: "missing_section", message: 'The section "Risks" is missing.' },
    { sections: ["Risks"] },
  ],
  ["a sentence", 'missing section "Action items"', { sections: ["Action items"] }],
  [
    "a sentence the other way round",
    "“Next steps” is not among the sections; add the section",
    { sections: ["Next steps"] },
  ],
  ["a text that is too long", { code: "too_long", max: 200, words: 230 }, { maxWords: 200 }],
  [
    "one that tells the limit",
    { code: "word_limit", message: "has 230 words, at most 200 are allowed" },
    { maxWords: 200 },
  ],
  ["a sentence about length", "The text has 40 words; write at least 60 words.", { minWords: 60 }],
  ["something else", "The tone is rude.", {}],
  ["something without meaning", { score: 3, list: [1] }, {}],
])("%s", (_, finding, expected) => {
  expect(requirementsOf([finding])).toEqual({ ...nothing, ...expected });
});

test("of several limits the strictest holds, and a section is asked for once", () => {
  const findings = [
    { code: "too_long", max: 200 },
    { code: "too_long", max: 150 },
    'missing section "A"',
    'missing section "A"',
  ];
  expect(requirementsOf(findings)).toEqual({ sections: ["A"], maxWords: 150, minWords: null });
});
