import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { ERRORS, isJsonArray, isJsonObject, parseStrict } from "@writ/core";
import { describe, expect, test } from "vitest";
import { holding } from "../acceptance/matching.ts";

import { documentOf, Workspace } from "../acceptance/workspace.ts";
import { COMMANDS } from "../table.ts";

const PAGES = fileURLToPath(new URL("../../../../docs/errors/", import.meta.url));

describe("writ explain", () => {
  test("has a page in rows of 80 for every code", async () => {
    await using work = Workspace.make(null);
    const codes = readdirSync(PAGES).map((name) => name.slice(0, -".md".length));
    const listed = await work.command("explain", "--json");
    const known = parseStrict(listed.out.trim());
    expect(known).toEqual(codes.toSorted());
    for (const code of codes) {
      const { out, exit } = await work.command("explain", code);
      expect({ code, exit, head: out.split("\n")[0] }).toEqual({ code, exit: 0, head: `  ${code}` });
      expect(out).toMatch(/What it means\.[^]*Why\.[^]*What to do next\./);
      expect(out).not.toMatch(/\*\*|^#/m);
      expect(Math.max(...out.split("\n").map((row) => row.length))).toBeLessThanOrEqual(78);
    }
    expect(codes.length).toBeGreaterThan(150);
  });

  test("knows what an error does, and guesses what was meant", async () => {
    await using work = Workspace.make(null);
    expect(documentOf(await work.command("explain", "evidence_drift", "--json"))).toMatchObject({
      code: "evidence_drift",
      ...ERRORS.evidence_drift,
    });
    expect(documentOf(await work.command("explain", "plan_cycle", "--json"))).toMatchObject({
      exit: null,
      status: null,
    });
    expect(await work.command("explain", "evidence_drif")).toMatchObject({
      exit: 2,
      err: holding("writ explain evidence_drift"),
    });
  });
});

describe("writ completion", () => {
  test.each(["bash", "zsh", "fish"])("%s knows every command", async (shell) => {
    await using work = Workspace.make(null);
    const { out, exit } = await work.command("completion", shell);
    expect(exit).toBe(0);
    for (const { name } of COMMANDS) expect(out).toContain(name.split(" ").at(-1));
  });

  test("of no other shell", async () => {
    await using work = Workspace.make(null);
    expect(await work.command("completion", "zhs")).toMatchObject({
      exit: 2,
      err: holding("writ completion zsh"),
    });
  });
});

describe("writ tools", () => {
  test("lists by reach what ships, each with its answer here", async () => {
    await using work = Workspace.make(null);
    const list = parseStrict((await work.command("tools", "list", "--json")).out.trim());
    const tools = (isJsonArray(list) ? list : []).filter(isJsonObject);
    const tiers = tools.map(({ tier }) => tier);
    expect(tiers).toEqual(
      [...tiers].toSorted(
        (a, b) =>
          ["read_only", "local_write", "destructive"].indexOf(String(a)) -
          ["read_only", "local_write", "destructive"].indexOf(String(b)),
      ),
    );
    const byName = new Map(tools.map((tool) => [tool["name"], tool]));
    expect(byName.get("docs.write_doc")).toMatchObject({
      tier: "local_write",
      decision: "gate",
      rules: ["policy.constrained.local_write"],
      repeat: "idempotent",
      sandboxed: false,
      source: "built_in",
    });
    expect(byName.get("shell.exec")).toMatchObject({ tier: "destructive", repeat: "once", sandboxed: true });
    expect(byName.get("docs.search_docs")).toMatchObject({ decision: "permit" });
    for (const name of byName.keys()) {
      const { out, exit } = await work.command("tools", "show", String(name));
      expect(exit).toBe(0);
      expect(Math.max(...out.split("\n").map((row) => row.length))).toBeLessThanOrEqual(78);
    }
    expect(documentOf(await work.command("tools", "show", "docs.write_doc", "--json"))).toMatchObject({
      input_schema: { type: "object" },
      writes: ["/path"],
    });
  });

  test("has nothing to approve yet, and says so", async () => {
    await using work = Workspace.make(null);
    expect(await work.command("tools", "approve")).toMatchObject({
      exit: 0,
      out: holding("Nothing to approve"),
    });
    expect(await work.command("tools", "approve", "docs.write")).toMatchObject({ exit: 2 });
    expect(await work.command("tools", "show", "docs.write")).toMatchObject({
      exit: 2,
      err: holding("[tool_not_found]"),
    });
  });
});

describe("every command", () => {
  test("has a help page with an example, in rows of 80", async () => {
    await using work = Workspace.make(null);
    for (const { name, examples } of COMMANDS) {
      expect({ name, examples: examples.length > 0 }).toEqual({ name, examples: true });
      const { out, exit } = await work.command(...name.split(" "), "--help");
      expect(exit).toBe(0);
      const prose = out.split("\n").filter((row) => !row.includes("writ "));
      expect(Math.max(...prose.map((row) => row.length))).toBeLessThanOrEqual(78);
    }
  });

  test("loads", async () => {
    for (const { name, run } of COMMANDS)
      expect({ name, kind: typeof (await run()).run }).toEqual({ name, kind: "function" });
  });
});
