import { shippedTemplates } from "@writ/testkit/shipped-templates";
import { describe, expect, test } from "vitest";

import { splitArgv } from "./argv.ts";
import { readGoal } from "./goal-token.ts";
import { loadTemplates } from "./template-catalogue.ts";

const { catalogue } = loadTemplates(shippedTemplates());
if (catalogue === null) throw new Error("the shipped templates load");
const { lexicon } = catalogue;

const hours = (goal: string): readonly number[] =>
  readGoal(goal, lexicon, "2026-11-20").flatMap((token) => (token.kind === "time" ? [token.hours] : []));
const read = (goal: string): readonly string[] =>
  readGoal(goal, lexicon, "2026-11-20").map((token) =>
    token.kind === "word"
      ? token.concept
      : token.kind === "time"
        ? `${String(token.hours)} h`
        : token.kind === "number"
          ? String(token.value)
          : `${token.kind} ${token.text}`,
  );

describe("time in a goal", () => {
  test.each<[string, readonly number[]]>([
    ["from the last 24 hours", [24]],
    ["in the past two days", [48]],
    ["the last couple of days", [48]],
    ["twenty-four hours", [24]],
    ["an hour", [1]],
    ["last week", [168]],
    ["this month", [744]],
    ["of the last fortnight", [336]],
    ["36h", [36]],
    ["48-hour", [48]],
    ["since yesterday", [48]],
    ["today", [24]],
    // 2026-11-20 is a Friday.
    ["since Monday", [5 * 24]],
    ["since Friday", [8 * 24]],
    ["since Thursday", [2 * 24]],
    ["weekly notes", []],
    ["the week is long", []],
    ["0 days", []],
    ["two pizzas", []],
    ["last but not least", []],
    ["day", []],
  ])("%s", (goal, expected) => expect(hours(goal)).toEqual(expected));
});

describe("words in a goal", () => {
  test.each<[string, readonly string[]]>([
    [
      "Summarise the to-do list in ./notes/2026/ and *.md!",
      ["summarize", "task list", "path ./notes/2026/", "path *.md"],
    ],
    ["look up `parse_date` in src/date.ts.", ["find", "quoted parse_date", "path src/date.ts"]],
    ['say "it\'s fine" and don’t', ["say", "quoted it's fine", "not"]],
    ["CI/CD and/or e-mail", ["ci", "email"]],
    ["under 200 words", ["200", "word"]],
    ["https://example.com/a is no path", ["https://example.com/a", "not", "path"]],
    ["ＦＵＬＬ width Ünïcödé", ["full", "width", "ünïcödé"]],
    ["", []],
  ])("%j", (goal, expected) => expect(read(goal)).toEqual(expected));

  test("keep their places in the goal", () => {
    const goal = "  Please  summarise «the last two days» of notes/";
    expect(readGoal(goal, lexicon, "2026-11-20").map(({ start, end }) => goal.slice(start, end))).toEqual([
      "summarise",
      "last two days",
      "notes/",
    ]);
  });
});

describe("a command", () => {
  test.each<[string, readonly string[] | null]>([
    ["npm test", ["npm", "test"]],
    [`  node --test  "a b" 'c d' `, ["node", "--test", "a b", "c d"]],
    ["echo $HOME; rm -rf *", ["echo", "$HOME;", "rm", "-rf", "*"]],
    ['""', [""]],
    ["", null],
    ['"open', null],
    ['a"b"', null],
  ])("%s", (text, argv) => expect(splitArgv(text)).toEqual(argv));
});
