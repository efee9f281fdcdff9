import { expect, test } from "vitest";

import { commentsOf } from "./comments.ts";

test("of code only its comments are said, each in its own line", () => {
  const code = [
    "#!/usr/bin/env node",
    "// Keeps people apart.",
    "/** Registers a person.",
    " * Twice is refused. */",
    "const x = 1; // TODO validate the address",
    "# Loads the rows",
    "#include <stdio.h>",
    "-- Sums by week",
    "// const old = 1;",
    "// eslint-disable-next-line no-console",
    "call();",
  ].join("\n");
  expect(commentsOf(code).split("\n")).toEqual([
    "",
    "Keeps people apart.",
    "Registers a person.",
    "Twice is refused.",
    "TODO validate the address",
    "Loads the rows",
    "",
    "Sums by week",
    "",
    "",
    "",
  ]);
});
