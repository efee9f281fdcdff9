import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isJsonObject, type Json, type JsonObject } from "@writ/core";
import { toolRules, type Tool } from "@writ/runtime";
import { BENCH_TIME, toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { afterEach, beforeEach, expect, test } from "vitest";

import { DocumentIndex } from "../docs-index/document-index.ts";
import { nodeHasher } from "../system/sha256.ts";
import { documentHit } from "./document-schema.ts";
import { searchDocs } from "./search-docs.ts";

let bench: ToolBench;
let index: DocumentIndex;
let tool: Tool;
const written = new Set<string>();

beforeEach(async () => {
  bench = await toolBench("notes");
  index = new DocumentIndex(join(bench.own, "index.db"), nodeHasher);
  written.clear();
  tool = searchDocs(index, async () => written);
});
afterEach(async () => {
  index.close();
  await bench[Symbol.asyncDispose]();
});

async function search(args: JsonObject): Promise<JsonObject> {
  const { output } = await tool.run(args, bench.call());
  expect(toolRules(nodeHasher, [tool]).get(tool.spec.name)?.checkOutput(output)).toEqual([]);
  return isJsonObject(output) ? output : {};
}

const hits = (output: JsonObject) => documentHit.array().parse(output["hits"]);
const paths = (output: JsonObject): readonly string[] => hits(output).map(({ path }) => path);

test("the last hours are counted from the run's clock, not from the machine's", async () => {
  const HOUR = 3_600_000;
  for (const path of ["ideas.md", "support.md", "release.md"]) await bench.touch(path, BENCH_TIME - 24 * HOUR);
  await bench.touch("release.md", BENCH_TIME - 24 * HOUR - 1);
  await bench.touch("metrics.csv", BENCH_TIME - 1);
  const output = await search({ since_hours: 24, until: "2026-11-20T14:00:00Z" });
  expect(paths(output)).toEqual(["ideas.md", "metrics.csv", "support.md"]);
  expect(output).toMatchObject({ total_documents: 13, matched: 3, truncated: false, notices: [] });
});

test("since and until take instants with an offset, and dates", async () => {
  await bench.touch("ideas.md", Date.UTC(2020, 1, 29, 22, 30));
  expect(paths(await search({ since: "2020-02-29", until: "2020-03-01T00:00:00+01:00" }))).toEqual(["ideas.md"]);
  expect(paths(await search({ since: "2020-02-29T22:30:00.001Z", until: "2020-03-01" }))).toEqual([]);
});

test.each<[string, JsonObject]>([
  ["since and since_hours", { since: "2020-01-01", since_hours: 2 }],
  ["a day that no calendar has", { since: "2023-02-29" }],
  ["words where an instant is wanted", { until: "yesterday" }],
  ["a query that only leaves out", { query: "-release" }],
  ["a query without a word", { query: "***" }],
  ["more than a hundred hits", { limit: 101 }],
  ["an unknown parameter", { order: "newest" }],
])("%s are refused as off the schema", async (_, args) => {
  await expect(tool.run(args, bench.call())).rejects.toMatchObject({ name: "ToolFailure", kind: "schema_mismatch" });
});

test("what Writ wrote itself is left out unless asked for, and counted", async () => {
  await mkdir(join(bench.root, "briefs"));
  await writeFile(join(bench.root, "briefs/2026-11-19.md"), "# Brief\n\nThe release moves.\n");
  written.add("briefs/2026-11-19.md");
  const output = await search({ query: "brief" });
  expect(paths(output)).toEqual([]);
  expect(output).toMatchObject({ total_documents: 13, left_out: { written_by_writ: 1 } });
  expect(paths(await search({ query: "brief", include_written: true }))).toEqual(["briefs/2026-11-19.md"]);
});

test("a hit can be used as it is: text of the file, its digest, the place of the match", async () => {
  const [hit] = hits(await search({ query: "expedited review", glob: "*.md" }));
  const text = Buffer.from((await bench.files.read("release.md", 10_000)).content).toString();
  expect(hit).toMatchObject({ path: "release.md", title: "Release 4.2", text, text_line: 1, text_cut: 0, line: 20 });
  expect(hit?.sha256).toBe(nodeHasher.sha256Hex(text));
  expect(hit?.snippet).toBe(text.split("\n")[19]);
});

test("a glob selects, in hidden folders too", async () => {
  await mkdir(join(bench.root, ".drafts"));
  await writeFile(join(bench.root, ".drafts/a.md"), "draft");
  expect(paths(await search({ glob: "{.drafts,sprints}/*.md" }))).toEqual([
    ".drafts/a.md",
    "sprints/2026-w46.md",
    "sprints/2026-w47.md",
  ]);
});

test("what is cut is said: hits over the limit, long texts, and texts without room", async () => {
  const line = "a line of some length that says nothing new, again and again\n";
  await mkdir(join(bench.root, "long"));
  for (let at = 10; at < 30; at += 1) await writeFile(join(bench.root, `long/${at}.md`), line.repeat(500));
  const output = await search({ query: "nothing", limit: 19 });
  expect(output).toMatchObject({ matched: 20, truncated: true });
  const all = hits(output);
  expect(all).toHaveLength(19);
  expect(all[0]?.text?.length).toBeLessThanOrEqual(24_000);
  expect(all[0]?.text_cut).toBe(line.length * 500 - (all[0]?.text?.length ?? 0));
  expect(all.reduce((sum, { text }) => sum + (text?.length ?? 0), 0)).toBeLessThanOrEqual(400_000);
  const bare = all.filter(({ text }) => text === undefined).map(({ path }) => path);
  expect(bare.length).toBeGreaterThan(0);
  const notices: readonly Json[] = Array.isArray(output["notices"]) ? output["notices"] : [];
  expect(notices).toContain("20 documents match; 19 are shown.");
  for (const path of bare) expect(notices).toContain(`${path} is listed without its text.`);
  expect(notices).toHaveLength(20);
});
