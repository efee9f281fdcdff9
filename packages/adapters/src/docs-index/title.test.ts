import { expect, test } from "vitest";

import { titleOf } from "./title.ts";

test.each([
  ["a.md", '---\nowner: ana\ntitle: "Release 4.2"\n---\n# Other\n', "Release 4.2"],
  ["a.md", "intro\n\n## A [link](x.md) and **bold** #\n", "A link and bold"],
  ["a.md", "```sh\n# no heading\n```\n# Heading\n", "Heading"],
  ["a.md", "# role_insufficient, _said_ __twice__\n", "role_insufficient, said twice"],
  ["a.txt", "Onboarding\n==========\ntext", "Onboarding"],
  ["a.md", "- item\n---\n", "a"],
  ["notes/2026-11-20.md", "no heading", "2026-11-20"],
  ["src/a.py", "# a comment\n", "a"],
  ["README", "# Readme", "Readme"],
  ["a.adoc", "= Guide\n", "Guide"],
  [".hidden", "", ".hidden"],
])("%s with %j is called %s", (path, text, title) => {
  expect(titleOf(path, text)).toBe(title);
});
