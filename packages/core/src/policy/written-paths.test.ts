import { expect, test } from "vitest";
import { aToolSpec } from "@writ/testkit/build/rules";
import { makesExecutable, writtenPaths } from "./written-paths.ts";

const patch = aToolSpec("code.propose_patch", "local_write", { traits: { writes: [{ at: "/patch", as: "patch" }] } });

test("a renamed file is a written one", () => {
  const text = "diff --git a/notes.md b/AGENTS.md\nsimilarity index 100%\nrename from notes.md\nrename to AGENTS.md\n";
  expect(writtenPaths(patch, { patch: text })).toEqual(["notes.md", "AGENTS.md"]);
});

test("a file that can be started is noticed by its mode", () => {
  expect(makesExecutable(patch, { patch: "diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n" })).toBe(
    true,
  );
  expect(makesExecutable(patch, { patch: "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n" })).toBe(
    false,
  );
});
