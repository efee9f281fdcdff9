import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { durationMs, isJsonObject, type JsonObject } from "@writ/core";
import { fixturePath, toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { readCode } from "./code.ts";
import { searchCode } from "./search-code.ts";

let bench: ToolBench;
beforeEach(async () => {
  bench = await toolBench("code-base");
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

async function search(args: JsonObject): Promise<JsonObject> {
  const { output } = await searchCode().run(args, bench.call());
  return isJsonObject(output) ? output : {};
}
const places = ({ matches }: JsonObject): readonly unknown[] =>
  Array.isArray(matches)
    ? matches.map((match: JsonObject) => `${String(match["path"])}:${String(match["line"])}:${String(match["column"])}`)
    : [];

describe("code.search", () => {
  test("finds words as they stand, whatever their case, with the lines around them", async () => {
    const output = await search({ query: "this.#people.", context: 1 });
    expect(output).toMatchObject({
      files: 1,
      searched: 6,
      truncated: false,
      matches: [
        {
          path: "src/registration.js",
          line: 11,
          column: 9,
          text: "    if (this.#people.find((person) => person.email === address) !== null) {",
          before: ["    const address = email.toLowerCase();"],
          after: ['      return { ok: false, error: "taken" };'],
        },
        { line: 14 },
        { line: 18 },
      ],
    });
    expect(places(await search({ query: "CLASS REGISTRATION" }))).toEqual(["src/registration.js:6:8"]);
    expect(places(await search({ query: "CLASS REGISTRATION", case: "sensitive" }))).toEqual([]);
  });

  test("finds a regular expression", async () => {
    expect(places(await search({ query: "^export class \\w+ \\{$", mode: "regex" }))).toEqual([
      "src/guestbook.js:6:1",
      "src/registration.js:6:1",
      "src/store.js:2:1",
    ]);
  });

  test("looks through code, and through any text file that a glob names", async () => {
    expect(places(await search({ query: "guestbook" }))).not.toContain("README.md:1:3");
    expect(places(await search({ query: "guestbook", glob: "*.md" }))).toEqual(["README.md:1:3", "README.md:6:8"]);
  });

  test("says when there is more than it shows", async () => {
    const output = await search({ query: "registration", limit: 2 });
    expect(output).toMatchObject({ truncated: true });
    expect(places(output)).toHaveLength(2);
  });

  test("passes over what other programs made, and what is no text, and counts it", async () => {
    await mkdir(join(bench.root, "node_modules/x"), { recursive: true });
    await writeFile(join(bench.root, "node_modules/x/index.js"), "class Registration {}");
    await writeFile(join(bench.root, "blob.js"), new Uint8Array([0, 1, 2]));
    await writeFile(join(bench.root, "huge.js"), "x".repeat(1_048_577));
    const output = await search({ query: "class Registration" });
    expect(places(output)).toEqual(["src/registration.js:6:8"]);
    expect(output["left_out"]).toEqual({ not_text: 1, too_large: 1, unreadable: 0, links: 0, folders: 1 });
  });

  test("shows a long line around its match, without half a character", async () => {
    await writeFile(join(bench.root, "min.js"), `${"😀".repeat(400)}needle${"😀".repeat(400)}`);
    const text = JSON.stringify((await search({ query: "needle" }))["matches"]);
    expect(text).toContain("needle");
    expect(text.length).toBeLessThan(700);
    expect(text).not.toMatch(/\\ud[89a-f]/);
  });

  test.each(["(a+)+$", "^(\\w+\\s?)*$", "(x+x+)+y"])(
    "ends %s, which would not end by itself, and goes on living",
    async (query) => {
      await writeFile(join(bench.root, "evil.js"), `${"a".repeat(60)}!\n${"x".repeat(60)}\n${"word ".repeat(40)}!`);
      let beats = 0;
      const heart = setInterval(() => (beats += 1), 5);
      const refusal = searchCode(durationMs(300)).run({ query, mode: "regex" }, bench.call());
      await expect(refusal).rejects.toMatchObject({ kind: "schema_mismatch" });
      await expect(refusal).rejects.toThrow("longer than 300 ms");
      clearInterval(heart);
      expect(beats).toBeGreaterThan(10);
    },
  );

  test("refuses what is no regular expression, in words", async () => {
    await expect(search({ query: "(", mode: "regex" })).rejects.toThrow(/no regular expression/);
    expect(places(await search({ query: "(" })).length).toBeGreaterThan(0);
  });

  test("stops when the call is stopped", async () => {
    const stopped = searchCode().run(
      { query: "a", mode: "regex" },
      bench.call({ signal: AbortSignal.abort(new Error("stopped")) }),
    );
    await expect(stopped).rejects.toThrow("stopped");
  });
});

describe("code.read_file", () => {
  const whole = readFileSync(fixturePath("code-base/src/store.js"), "utf8");

  test("reads all of it", async () => {
    const { output } = await readCode.run({ path: "src/store.js" }, bench.call());
    expect(output).toMatchObject({ text: whole, from_line: 1, to_line: 18, lines: 18, truncated: false });
  });

  test.each([
    [{ from_line: 2, to_line: 3 }, whole.split("\n").slice(1, 3).join("\n") + "\n", 3],
    [{ from_line: 17 }, "  }\n}\n".replace("  }\n", `${whole.split("\n")[16] ?? ""}\n`), 18],
    [{ from_line: 19 }, "", 18],
    [{ to_line: 999 }, whole, 18],
  ])("reads lines %j", async (range, text, last) => {
    const { output } = await readCode.run({ path: "src/store.js", ...range }, bench.call());
    expect(output).toMatchObject({ text, to_line: last });
  });

  test("keeps a last line without a newline, and says when there is more", async () => {
    await writeFile(join(bench.root, "a.txt"), "one\ntwo");
    expect((await readCode.run({ path: "a.txt", from_line: 2 }, bench.call())).output).toMatchObject({
      text: "two",
      lines: 2,
    });
    await writeFile(join(bench.root, "a.txt"), "x\n".repeat(3_000));
    expect((await readCode.run({ path: "a.txt" }, bench.call())).output).toMatchObject({
      to_line: 2_000,
      lines: 3_000,
      truncated: true,
    });
    await writeFile(join(bench.root, "a.txt"), "");
    expect((await readCode.run({ path: "a.txt" }, bench.call())).output).toMatchObject({
      text: "",
      to_line: 0,
      lines: 0,
    });
  });

  test("refuses lines that go backwards", async () => {
    await expect(readCode.run({ path: "src/store.js", from_line: 3, to_line: 2 }, bench.call())).rejects.toMatchObject({
      kind: "schema_mismatch",
    });
  });
});
