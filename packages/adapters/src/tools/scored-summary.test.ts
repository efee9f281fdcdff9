import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";
import { fixturePath, toolBench } from "@writ/testkit/build/tool-bench";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { generateText } from "./generate.ts";
import { scoreQa } from "./score-qa.ts";

const documents = ["sprints/2026-w47.md", "release.md"].map((path) => ({
  path,
  text: readFileSync(fixturePath(`notes/${path}`), "utf8"),
}));

async function answer(tool: ReturnType<typeof generateText>, args: JsonObject): Promise<JsonObject> {
  await using bench = await toolBench(null);
  const { output } = await tool.run(args, bench.call());
  return isJsonObject(output) ? output : {};
}
const generate = (args: JsonObject): Promise<JsonObject> => answer(generateText(0), { documents, ...args });
const score = (text: Json | undefined, items: Json): Promise<JsonObject> =>
  answer(scoreQa(0), { text: text ?? "", rubric: { id: "summary", items } });

const SUMMARY: Json = [
  { kind: "section", title: "Introduction" },
  { kind: "bullets", min: 3 },
  { kind: "action_items", min: 2, required: true },
  { kind: "max_words", value: 200 },
];

test("P61: a summary without action items scores below the threshold, one revision mends it", async () => {
  const first = await generate({ sections: ["Introduction", "Key points"], max_words: 200 });
  const refused = await score(first["text"], SUMMARY);
  expect(Number(refused["score"])).toBeLessThan(Number(refused["threshold"]));
  expect(refused).toMatchObject({ passed: false, findings: [{ code: "missing_section", section: "Action items" }] });

  const revised = await generate({
    task: "revise",
    text: first["text"] ?? "",
    sections: ["Introduction", "Key points"],
    max_words: 200,
    findings: refused["findings"] ?? [],
  });
  const accepted = await score(revised["text"], SUMMARY);
  expect(accepted).toMatchObject({ passed: true, score: 1, findings: [] });
  const items = isJsonArray(accepted["items"]) ? accepted["items"] : [];
  expect(items.every((item) => isJsonObject(item) && item["rationale"] !== "")).toBe(true);
});

test("too many words are mended the same way, and a limit is counted as the score counts", async () => {
  const items: Json = [{ kind: "max_words", value: 60 }];
  const first = await generate({});
  const refused = await score(first["text"], items);
  expect(refused).toMatchObject({ passed: false, findings: [{ code: "too_many_words", max: 60 }] });
  const revised = await generate({ task: "revise", text: first["text"] ?? "", findings: refused["findings"] ?? [] });
  expect(await score(revised["text"], items)).toMatchObject({ passed: true, words: revised["words"] ?? -1 });
});

test("too few words are mended too", async () => {
  const items: Json = [{ kind: "min_words", value: 200 }];
  const refused = await score((await generate({ max_words: 60 }))["text"], items);
  const revised = await generate({ task: "revise", findings: refused["findings"] ?? [] });
  expect(await score(revised["text"], items)).toMatchObject({ passed: true });
});
