import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { applyPatch } from "./apply-patch.ts";
import { parsePatch } from "./parse-patch.ts";
import { invertPatch, touchedPaths, type Patch } from "./patch.ts";

function parsed(text: string): Patch {
  const patch = parsePatch(text);
  if (!patch.ok) throw new Error(patch.error.message);
  return patch.value;
}

function fault(text: string, files: Readonly<Record<string, string>> = {}): string {
  const patch = parsePatch(text);
  if (!patch.ok) return `${patch.error.code}: ${patch.error.message}`;
  const applied = applyPatch(patch.value, new Map(Object.entries(files)));
  return applied.ok ? "applied" : `${applied.error.code}: ${applied.error.message}`;
}

function after(text: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> {
  const applied = applyPatch(parsed(text), new Map(Object.entries(files)));
  if (!applied.ok) throw new Error(applied.error.message);
  return Object.fromEntries(applied.value.changes.map((change) => [change.path, change.after]));
}

const MODIFY = "--- a/x.txt\n+++ b/x.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";

describe("a patch says what it touches", () => {
  test("create, modify, delete and rename, as git writes them", () => {
    const text = [
      "diff --git a/new.sh b/new.sh\nnew file mode 100755\nindex 0000000..1\n--- /dev/null\n+++ b/new.sh\n@@ -0,0 +1 @@\n+echo\n",
      "diff --git a/old.txt b/old.txt\ndeleted file mode 100644\nindex 1..0000000\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n",
      "diff --git a/was.txt b/is.txt\nsimilarity index 100%\nrename from was.txt\nrename to is.txt\n",
      'diff --git "a/gr\\303\\274n.md" "b/gr\\303\\274n.md"\nold mode 100644\nnew mode 100755\n',
      `diff --git a/x.txt b/x.txt\n${MODIFY}`,
    ].join("");
    const patch = parsed(text);
    expect(touchedPaths(patch)).toEqual([
      { path: "new.sh", change: "create" },
      { path: "old.txt", change: "delete" },
      { path: "was.txt", change: "delete" },
      { path: "is.txt", change: "create" },
      { path: "grün.md", change: "modify" },
      { path: "x.txt", change: "modify" },
    ]);
    const files = new Map([
      ["old.txt", "gone\n"],
      ["was.txt", "w"],
      ["grün.md", "g"],
      ["x.txt", "one\ntwo\nthree\n"],
    ]);
    const applied = applyPatch(patch, files);
    expect(applied.ok && applied.value.changes).toEqual([
      { path: "new.sh", before: null, after: "echo\n", mode: "0755" },
      { path: "old.txt", before: "gone\n", after: null, mode: null },
      { path: "was.txt", before: "w", after: null, mode: null },
      { path: "is.txt", before: null, after: "w", mode: null },
      { path: "grün.md", before: "g", after: "g", mode: "0755" },
      { path: "x.txt", before: "one\ntwo\nthree\n", after: "one\nTWO\nthree\n", mode: null },
    ]);
  });
});

describe("nothing in a patch is skipped", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "names no file"],
    ["prose around it", `Here is the patch:\n${MODIFY}`, "line 1"],
    ["a fence", `\`\`\`diff\n${MODIFY}\`\`\`\n`, "line 1"],
    ["a misspelt hunk header", MODIFY.replace("@@ -1,3 +1,3 @@", "@@ -1,3 +1,3"), "line 3"],
    ["too few lines", MODIFY.replace("-1,3 +1,3", "-1,4 +1,4"), "counts are reached"],
    ["too many lines", MODIFY.replace("-1,3 +1,3", "-1,2 +1,2"), "line 7"],
    ["a hunk without a file", "@@ -1 +1 @@\n-a\n+b\n", "line 1"],
    ["one file header only", "--- a/x\n@@ -1 +1 @@\n-a\n+b\n", "line 2"],
    ["binary data", "diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\n", "line 3"],
    ["a copy", "diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y\n", "line 3"],
    [
      "a symbolic link",
      "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
      "mode 120000",
    ],
    ["two names without a rename", "--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "differ"],
    ["the same file twice", MODIFY + MODIFY, "twice"],
    [
      "a change of mode that a plain section would swallow",
      `diff --git a/y b/y\nold mode 100644\nnew mode 100755\n${MODIFY}`,
      "do not name the same files",
    ],
    ["a rename outside a git section", `rename from x.txt\nrename to y.txt\n${MODIFY}`, "line 1"],
    ["no change", "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n", "changes nothing"],
  ];
  test.each(cases)("%s", (_, text, why) => {
    expect(fault(text)).toMatch(/^patch_malformed: /);
    expect(fault(text)).toContain(why);
  });

  test("a path that leaves the workspace, or lies in a closed folder", () => {
    expect(fault(MODIFY.replaceAll("x.txt", "../x.txt"))).toMatch(/^path_escape/);
    expect(fault(MODIFY.replaceAll("a/x.txt", "/etc/x").replaceAll("b/x.txt", "/etc/x"))).toMatch(/^path_escape/);
    expect(fault(MODIFY.replaceAll("x.txt", ".Git/hooks/x"))).toMatch(/^path_closed/);
  });
});

describe("a patch applies to the last byte or not at all", () => {
  test("a changed line of context, a missing file, a file in the way", () => {
    expect(fault(MODIFY, { "x.txt": "one\ntwo\nthree!\n" })).toBe(
      "patch_does_not_apply: x.txt, hunk 1: its lines are not in the file (expected at line 1)",
    );
    expect(fault(MODIFY, { "x.txt": "one\r\ntwo\r\nthree\r\n" })).toContain("hunk 1");
    expect(fault(MODIFY)).toContain("no such file");
    expect(fault("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", { x: "" })).toContain("exists already");
    expect(fault("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", { x: "a\nb\n" })).toContain("left over");
  });

  test("the newline at the end counts", () => {
    const removes = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n";
    expect(after(removes, { x: "a\n" })).toEqual({ x: "a" });
    expect(fault(removes, { x: "a" })).toContain("hunk 1");
    expect(fault(removes, { x: "a\nb\n" })).toContain("no newline");
  });

  test("a hunk that moved is taken where it fits alone, and that is said", () => {
    const files = new Map([["x.txt", "zero\none\ntwo\nthree\n"]]);
    const applied = applyPatch(parsed(MODIFY), files);
    expect(applied.ok && applied.value.shifts).toEqual([{ path: "x.txt", hunk: 1, lines: 1 }]);
    expect(fault(MODIFY, { "x.txt": "zero\none\ntwo\nthree\none\ntwo\nthree\n" })).toContain(
      "more than one other place",
    );
    expect(fault("--- a/x\n+++ b/x\n@@ -9,0 +10 @@\n+a\n", { x: "1\n" })).toContain("outside the file");
  });
});

const text = fc
  .array(fc.constantFrom("a", "b", "c", "", "-- x", "++ y", "@@ z", "\\ w", "é\r"), { maxLength: 14 })
  .chain((lines) => fc.constantFrom("\n", "").map((end) => (lines.length === 0 ? "" : lines.join("\n") + end)));

test("what a diff says of two texts turns one into the other, and its inverse back", () => {
  let changed = 0;
  let moved = 0;
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 3 }), fc.nat({ max: 3 }), (a, b, context, lead) => {
      if (a === b) return;
      const patch = parsed(createTwoFilesPatch("a/x", "b/x", a, b, "", "", { context }));
      const shifted = "lead\n".repeat(lead) + a;
      const applied = applyPatch(patch, new Map([["x", shifted]]));
      if (lead > 0 && !applied.ok) return;
      if (!applied.ok) throw new Error(applied.error.message);
      changed += 1;
      const result = applied.value.changes[0]?.after ?? "";
      expect(lead === 0 ? result : b).toBe(b);
      if (lead > 0) moved += 1;
      const back = applyPatch(invertPatch(applied.value.settled), new Map([["x", result]]));
      expect(back.ok && back.value.changes[0]?.after).toBe(shifted);
      expect(back.ok && back.value.shifts).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  expect(changed).toBeGreaterThan(1_000);
  expect(moved).toBeGreaterThan(300);
});

test("git reads the same patches to the same bytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "writ-patch-"));
  try {
    let compared = 0;
    for (const [a, b] of fc.sample(fc.tuple(text, text), { numRuns: 40, seed: 7 })) {
      if (a === undefined || b === undefined || a === b || a === "" || b === "") continue;
      const diff = createTwoFilesPatch("a/x", "b/x", a, b).split("\n").slice(1).join("\n");
      writeFileSync(join(folder, "x"), a);
      execFileSync("git", ["apply", "--whitespace=nowarn", "-"], { cwd: folder, input: diff });
      expect(after(diff, { x: a })).toEqual({ x: readFileSync(join(folder, "x"), "utf8") });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(20);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("any text gets an answer, and never an exception", () => {
  let [accepted, refused] = [0, 0];
  const whole = `diff --git a/x b/x\nold mode 100644\nnew mode 100755\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n${MODIFY}`;
  const lines = whole.split("\n");
  const line = fc.constantFrom(...lines, "\\ No newline at end of file", "rename from x", "rename to y", "junk", "");
  const edit = fc.record({
    at: fc.nat({ max: lines.length - 1 }),
    remove: fc.nat({ max: 2 }),
    insert: fc.array(line, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.oneof(fc.array(edit, { maxLength: 3 }), fc.string({ unit: "binary", maxLength: 60 })), (source) => {
      const edited = [...lines];
      if (typeof source !== "string") for (const { at, remove, insert } of source) edited.splice(at, remove, ...insert);
      const patch = parsePatch(typeof source === "string" ? source : edited.join("\n"));
      if (patch.ok) applyPatch(patch.value, new Map([["x", "a\nb\n"]]));
      if (patch.ok) accepted += 1;
      else refused += 1;
    }),
    { numRuns: 5_000 },
  );
  expect(accepted).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(1_000);
});
