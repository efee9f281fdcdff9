import { mkdtempSync, rmSync } from "node:fs";

import { toolContract } from "@writ/testkit/contracts/tool";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { afterAll, describe } from "vitest";

import { openBubblewrap } from "../sandbox/bubblewrap.ts";
import { systemClock } from "../system/clock.ts";
import { systemEntropy } from "../system/entropy.ts";
import { runUnitTests } from "./evaluate.ts";
import { scoreQa } from "./score-qa.ts";
import { execShell } from "./shell.ts";
import { systemHealth } from "./system-health.ts";

const base = mkdtempSync("/var/tmp/writ-contract-");
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

const files = { "a.md": "# A\n\nThe release moves to Tuesday.\n", "src/sum.ts": "export const sum = 1 - 1;\n" };
const patch =
  "--- a/src/sum.ts\n+++ b/src/sum.ts\n@@ -1 +1 @@\n-export const sum = 1 - 1;\n+export const sum = 1 + 1;\n";

describe("system.health", () => {
  const slow = { name: "this machine", args: {} };
  toolContract(() => systemHealth(systemClock), [slow], { slow });
});

describe("eval.score_qa", () => {
  const rubric = {
    items: [
      { kind: "section", title: "A" },
      { kind: "must_match", pattern: "t.e", mode: "regex" },
    ],
  };
  const endless = { items: [{ kind: "must_match", pattern: "^(a+)+$", mode: "regex" }] };
  toolContract(
    () => scoreQa(0),
    [
      { name: "a text", args: { text: files["a.md"], rubric, threshold: 1 } },
      {
        name: "no text and a judge that is not there",
        args: { text: "", rubric, judge: { question: "Is it clear?" } },
      },
    ],
    { slow: { name: "an expression without end", args: { text: `${"a".repeat(60)}!`, rubric: endless } } },
  );
});

describe.skipIf(isWithoutBubblewrap)("in the sandbox", () => {
  const sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch: `${base}/scratch` });
  const place = { staging: `${base}/staging`, path: [] };
  const over = { sandbox };
  const slow = { name: "a slow one", args: { argv: ["sleep", "600"] }, over };

  describe("eval.run_unit_tests", () => {
    toolContract(
      () => runUnitTests(place),
      [
        { name: "a command on a patched copy", args: { argv: ["grep", "-r", "1 + 1", "."], patch }, files, over },
        { name: "a command that fails", args: { argv: ["false"], directory: "src" }, files, over },
      ],
      { slow },
    );
  });

  describe("shell.exec", () => {
    const script = "echo x >> a.md; mkdir d; echo y > d/e; rm src/sum.ts";
    toolContract(
      () => execShell(place),
      [{ name: "a program that changes files", args: { argv: ["sh", "-c", script] }, files, over }],
      { slow },
    );
  });
});
