import { describe, expect, test } from "vitest";

import { isSensitivePath, sensitivityOf } from "./sensitive-path.ts";

describe("content from a model is always gated at", () => {
  test.each([
    [".env", "dotfile"],
    ["notes/.hidden/plan.md", "dotfile"],
    [".husky/pre-commit", "dotfile"],
    [".github/workflows/test.yml", "ci_configuration"],
    ["infra/.gitlab-ci.yml", "ci_configuration"],
    ["Jenkinsfile", "ci_configuration"],
    ["ci/deploy.yml", "ci_configuration"],
    ["azure-pipelines.yml", "ci_configuration"],
    ["AGENTS.md", "agent_instructions"],
    ["packages/api/CLAUDE.md", "agent_instructions"],
    ["CLAUDE.local.md", "agent_instructions"],
    [".cursorrules", "agent_instructions"],
    [".claude/settings.json", "agent_instructions"],
    ["docs/review.prompt.md", "agent_instructions"],
    ["mcp.json", "agent_instructions"],
    ["package.json", "package_manifest"],
    ["apps/web/package-lock.json", "package_manifest"],
    ["pyproject.toml", "package_manifest"],
    ["requirements-dev.txt", "package_manifest"],
    ["Cargo.toml", "package_manifest"],
    ["go.mod", "package_manifest"],
    ["src/App.csproj", "package_manifest"],
    ["scripts/deploy.sh", "executable"],
    ["Makefile", "executable"],
    ["bin/start", "executable"],
    ["vite.config.ts", "executable"],
    ["tests/conftest.py", "executable"],
    ["Dockerfile", "executable"],
    ["lib/native.so.2", "executable"],
    ["run.ps1", "executable"],
  ] as const)("%s", (path, kind) => {
    expect(sensitivityOf(path)).toBe(kind);
  });

  test.each([
    ["agents.MD", "another case"],
    ["AGENTS.md.", "a trailing dot that Windows drops"],
    ["AGENTS.md ", "a trailing space"],
    ["AG\u200bENTS.md", "a mark nobody sees"],
    ["ＡＧＥＮＴＳ.md", "characters of full width"],
    ["./package.json", "a leading ./"],
    ["src\\package.json", "a backslash"],
    ["src//package.json", "an empty part"],
  ])("%j, written with %s", (path) => {
    expect(isSensitivePath(path)).toBe(true);
  });
});

test.each([
  "notes/2026-11-20.md",
  "src/registration.ts",
  "docs/agents-and-people.md",
  "docs/package.json.md",
  "test/registration.js",
  "src/makefile-parser.ts",
  "circle/area.ts",
  "notes/e.g. this.md",
  "",
])("%j is an ordinary file", (path) => {
  expect(sensitivityOf(path)).toBeNull();
});
