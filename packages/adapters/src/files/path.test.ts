import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isClosed, parsePath } from "./path.ts";

const refusal = (path: string, platform: "posix" | "windows" = "posix"): string => {
  const parsed = parsePath(path, undefined, platform);
  return parsed.ok ? "ok" : parsed.error.code;
};

describe("a path is a plain relative one or refused by its words", () => {
  test.each([
    ["notes/today.md"],
    ["ünïcode/日本.md"],
    ["a b/c'd.txt"],
    [".gitignore"],
    [".github/workflows/ci.yml"],
    ["git/.orchestrate.md"],
    ["x".repeat(255)],
  ])("%s", (path) => {
    expect(parsePath(path)).toEqual({ ok: true, value: path.split("/") });
  });

  test.each([
    ["", "nothing"],
    ["/etc/passwd", "absolute"],
    ["../x", "up"],
    ["a/../../x", "up in the middle"],
    ["a/..", "up at the end"],
    ["./a", "a dot"],
    ["a//b", "an empty part"],
    ["a/", "a slash at the end"],
    ["a\u0000b", "NUL"],
    ["a\nb", "a line break"],
    ["..\\x", "a backslash"],
    ["C:\\x", "a drive"],
    ["x".repeat(256), "a long name"],
    ["ü".repeat(128), "a name long in bytes"],
    ["a/".repeat(2_100) + "a", "a long path"],
    ["\ud800", "half a pair"],
  ])("%j: %s", (path) => {
    expect(refusal(path)).toBe("path_escape");
  });

  test.each([
    [".orchestrate/writ.db"],
    [".ORCHESTRATE/writ.db"],
    ["a/b/.Git/config"],
    [".git"],
    [".git."],
    [".git /config"],
    [".gi\u200ct/config"],
    [".git::$INDEX_ALLOCATION/config"],
    ["GIT~1/config"],
    ["orches~1/writ.db"],
    [".orche\u017ftrate/writ.db"],
    [".ｇｉｔ/config"],
    ["a/.writ-12-0.tmp"],
  ])("%s is closed", (path) => {
    expect(refusal(path)).toBe("path_closed");
  });

  test("more names can be closed", () => {
    expect(parsePath("a/Secrets/x", ["secrets"]).ok).toBe(false);
  });
});

// Requirement 30.
test("30: reserved names, streams and trailing dots are refused where Windows would take them for something else", () => {
  for (const path of ["con", "NUL.txt", "a/aux.c", "com1", "lpt9.log", "a:b", "a.", "a ", "a?b", 'a"b', "conin$"]) {
    expect([path, refusal(path, "windows")]).toEqual([path, "path_escape"]);
  }
  for (const path of ["console.ts", "nul-model.md", "a.b"]) expect(refusal(path, "windows")).toBe("ok");
});

test("30: no spelling of a closed name gets through", () => {
  let disguised = 0;
  const letter = (char: string) =>
    fc.constantFrom(
      char,
      char.toUpperCase(),
      `${char}\u200d`,
      `\u206a${char}`,
      String.fromCharCode(char.charCodeAt(0) + 0xfee0),
    );
  const spelling = fc
    .constantFrom("git", "orchestrate")
    .chain((word) =>
      fc.tuple(fc.tuple(...word.split("").map(letter)), fc.constantFrom("", ".", " ", "...", ": x", "::$DATA")),
    );
  fc.assert(
    fc.property(spelling, fc.nat({ max: 3 }), ([letters, end], depth) => {
      const name = `.${letters.join("")}${end}`;
      if (name !== ".git" && name !== ".orchestrate") disguised += 1;
      expect(isClosed(name)).toBe(true);
      expect(parsePath(`${"a/".repeat(depth)}${name}/x`).ok).toBe(false);
    }),
    { numRuns: 2_000 },
  );
  expect(disguised).toBeGreaterThan(1_500);
});

test("what is accepted never leads out, whatever the words", () => {
  let accepted = 0;
  const part = fc.oneof(
    fc.constantFrom("..", ".", "", "a", "b.md", "\\", "~", "%2e%2e", "..%2f", "．．"),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const path = parts.join("/");
      const parsed = parsePath(path);
      if (!parsed.ok) return;
      accepted += 1;
      expect(parsed.value.every((name) => name !== ".." && name !== "" && !/[/\\\0]/.test(name))).toBe(true);
    }),
    { numRuns: 10_000 },
  );
  expect(accepted).toBeGreaterThan(500);
});
