import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Tool } from "@writ/runtime";
import { fixturePath, type ToolBench } from "@writ/testkit/build/tool-bench";
import { toolContract } from "@writ/testkit/contracts/tool";
import { describe } from "vitest";

import { DocumentIndex } from "../docs-index/document-index.ts";
import { nodeHasher } from "../system/sha256.ts";
import { readCode } from "./code.ts";
import { deleteFiles } from "./delete-files.ts";
import { getDoc, writeDoc } from "./docs.ts";
import { listFiles, readFile, writeFile } from "./files.ts";
import { generateText } from "./generate.ts";
import { previousContentsIn, type PreviousContents } from "./previous-contents.ts";
import { proposePatch } from "./propose-patch.ts";
import { restoreFile, restoreFiles } from "./restore.ts";
import { searchCode } from "./search-code.ts";
import { searchDocs } from "./search-docs.ts";

const files = {
  "notes/a.md": "# Release\n\nThe release moves to Tuesday. Ana will tell support.\n",
  "src/registration.js": readFileSync(fixturePath("code-base/src/registration.js"), "utf8"),
  "test/registration.js": readFileSync(fixturePath("code-base/test/registration.js"), "utf8"),
  "src/slow.js": `${"a".repeat(60)}!\n`,
};
const patch = readFileSync(fixturePath("patches/add-validation.patch"), "utf8");
const sha = (path: keyof typeof files): string => nodeHasher.sha256Hex(files[path]);

/** The tools that take back, with the kept contents of the bench that was opened last. */
let previous: PreviousContents | null = null;
const keeping =
  (make: (kept: PreviousContents) => Tool) =>
  (bench: ToolBench): Tool => {
    previous = previousContentsIn(join(bench.own, "previous"));
    return make(previous);
  };
const tools = (name: string): Tool | undefined => {
  if (previous === null) return undefined;
  return [restoreFile(previous), restoreFiles(previous)].find(({ spec }) => spec.name === name);
};

describe("docs.search_docs", () => {
  toolContract(
    (bench) => searchDocs(new DocumentIndex(join(bench.own, "index.db"), nodeHasher), async () => new Set()),
    [
      { name: "everything", args: {}, files },
      { name: "a word in a window", args: { query: "release", since: "2020-01-01", glob: "**/*.md", limit: 5 }, files },
    ],
  );
});

describe("docs.get_doc", () => {
  toolContract(() => getDoc, [{ name: "a note", args: { path: "notes/a.md" }, files }]);
});

describe.each([
  ["docs.write_doc", writeDoc, "text"],
  ["files.write", writeFile, "content"],
] as const)("%s", (_, make, content) => {
  toolContract(
    keeping(make),
    [
      { name: "a new file", args: { path: "notes/b.md", [content]: "# Brief\n" }, files },
      { name: "a change", args: { path: "notes/a.md", [content]: "# Brief\n" }, files },
      { name: "no change", args: { path: "notes/a.md", [content]: files["notes/a.md"] }, files },
    ],
    { tools },
  );
});

describe("llm.generate", () => {
  const documents = [{ path: "notes/a.md", text: files["notes/a.md"] }];
  toolContract(
    () => generateText(0),
    [
      { name: "a summary", args: { documents, title: "Brief", max_words: 60 } },
      {
        name: "a revision",
        args: { task: "revise", documents, findings: [{ code: "missing_section", section: "Tasks" }] },
      },
      { name: "nothing", args: {} },
    ],
  );
});

describe("code.search", () => {
  toolContract(
    () => searchCode(),
    [
      { name: "words", args: { query: "register", context: 2 }, files },
      { name: "an expression", args: { query: "regist\\w+", mode: "regex", case: "sensitive" }, files },
    ],
    { slow: { name: "an expression without end", args: { query: "(a+)+$", mode: "regex" }, files } },
  );
});

describe("code.read_file", () => {
  toolContract(
    () => readCode,
    [{ name: "lines", args: { path: "src/registration.js", from_line: 2, to_line: 4 }, files }],
  );
});

describe("code.propose_patch", () => {
  toolContract(
    keeping(proposePatch),
    [{ name: "a patch of three files", args: { patch, scope: ["src/**", "test/**"] }, files }],
    {
      tools,
    },
  );
});

describe("files.list", () => {
  toolContract(() => listFiles, [{ name: "a folder", args: { folder: "src" }, files }]);
});
describe("files.read", () => {
  toolContract(() => readFile, [{ name: "a file", args: { path: "notes/a.md" }, files }]);
});
describe("files.delete", () => {
  toolContract(() => deleteFiles, [{ name: "two files", args: { paths: ["notes/a.md", "src/slow.js"] }, files }]);
});

describe("files.restore", () => {
  const back = { expect_sha256: sha("notes/a.md"), mode: null };
  toolContract(
    keeping(restoreFile),
    [
      { name: "what was there", args: { ...back, path: "notes/a.md", content: "before\n" }, files },
      { name: "that nothing was there", args: { ...back, path: "notes/a.md", content: null }, files },
    ],
    { tools },
  );
});

describe("files.restore_many", () => {
  const args = {
    files: [
      { path: "notes/a.md", expect_sha256: sha("notes/a.md"), content: "AAEC", encoding: "base64", mode: "0600" },
      { path: "src/slow.js", expect_sha256: sha("src/slow.js"), content: null, mode: null },
      { path: "src/gone.js", expect_sha256: null, content: "// back\n", mode: "0644" },
    ],
  };
  toolContract(keeping(restoreFiles), [{ name: "three files", args, files }], { tools });
});
