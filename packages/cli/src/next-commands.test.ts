import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { readCommandLine } from "./argv/command-line.ts";
import { GLOBAL_OPTIONS } from "./argv/command.ts";
import { resolve } from "./argv/resolve.ts";
import { COMMANDS, VERSION } from "./table.ts";
import { SCREEN } from "./terminal/gallery-samples.ts";
import { recordingTerminal } from "./terminal.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Where people are told what to type: what the sources say, and the pages behind it. */
const SOURCES = [
  "packages/{core,runtime,adapters,cli}/src/**/*.ts",
  "packages/runtime/templates/*.yaml",
  "docs/errors/*.md",
  "*.md",
];

/** A command behind what introduces one, as far as its clause goes. */
const COMMAND = /(?:^|["'`(]|[:;,] |\b(?:with|run|then|or|and|and try|see) )writ ([a-z][^"'`;)\n]*|--?[a-z][a-z-]*)/g;

/** Not said to anybody: tests, scripts of shells, and samples of views that are not built yet. */
const UNSAID = /\.(?:test|sim)\.ts$|\/(?:acceptance|argv\/completion|terminal\/gallery)/;

/** Sentences with `writ` as a noun in a place where a command could stand. */
const NO_COMMANDS: readonly RegExp[] = [/^(?:process|orchestrate)\b/];

interface Told {
  readonly file: string;
  readonly words: readonly string[];
}

/** What a file says without its comments. */
function said(file: string): string {
  const text = readFileSync(join(ROOT, file), "utf8");
  return file.endsWith(".ts") ? text.replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, "") : text;
}

function told(): readonly Told[] {
  return SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !UNSAID.test(file) && file !== "CHANGELOG.md")
    .flatMap((file) =>
      [...said(file).matchAll(COMMAND)]
        .map(
          ([, text = ""]) =>
            text
              .replaceAll(/\$\{[^}]*\}?/g, "x")
              .replaceAll(/[\\[\]]/g, "")
              .split(/[,.:](?:\s|$)| (?:or|and|to|in|brings|shows) /)[0] ?? "",
        )
        .filter((text) => !NO_COMMANDS.some((noun) => noun.test(text)))
        .map((text) => ({ file, words: text.trim().split(/\s+/) })),
    );
}

/** Why nobody can type it; null where the parser knows the command and each of its options. */
function fault({ file, words }: Told): string | null {
  const found = resolve([...words], COMMANDS);
  const what = `${file}: writ ${words.join(" ")}`;
  if (found.kind === "refused") return what;
  if (found.kind !== "command") return null;
  const known = new Set([...found.command.options, ...GLOBAL_OPTIONS].map(({ flag }): string => flag));
  const flags = found.rest.flatMap((word) => /^--[a-z][a-z-]*/.exec(word) ?? []);
  return flags.some((flag) => !known.has(flag)) ? what : null;
}

/** A command line as a shell splits it, as far as examples go. */
function split(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

describe("what people are told to type", () => {
  test("is known to the command line, with its options", () => {
    const all = told();
    expect(all.length).toBeGreaterThan(250);
    expect(new Set(all.map(({ words }) => words[0])).size).toBeGreaterThan(20);
    expect(all.flatMap((each) => fault(each) ?? [])).toEqual([]);
  });

  test.each([["models", "check"], ["audit", "prune"], ["run", "plan.yaml", "--dryrun"], ["--colour"]])(
    "writ %s %s is not",
    (...words) => {
      expect(fault({ file: "a", words })).not.toBeNull();
    },
  );

  test("examples of help are read whole", async () => {
    const examples = COMMANDS.flatMap(({ examples: each }) => each.map(({ command }) => command));
    expect(examples.length).toBeGreaterThan(40);
    for (const example of examples) {
      const [program, ...argv] = split(example.replace(/^source <\((.*)\)$/, "$1").replace(/ [>|] .*$/, ""));
      const terminal = recordingTerminal(SCREEN);
      const line = await readCommandLine(argv, COMMANDS, VERSION, terminal);
      expect({ example, program, kind: line.kind, err: terminal.written.err }).toEqual({
        example,
        program: "writ",
        kind: "run",
        err: "",
      });
    }
  });
});
