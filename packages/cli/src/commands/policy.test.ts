import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { fromRfc3339, isJsonArray, isJsonObject } from "@writ/core";
import { describe, expect, test } from "vitest";
import { holding } from "../acceptance/matching.ts";

import { documentOf, Workspace } from "../acceptance/workspace.ts";
import { systemClockOf } from "../compose.ts";

const writeTo = (path: string) => ({ id: "write", tool: "docs.write_doc", params: { path, text: "# New\n" } });
const LIFT = ["policy", "lift", "--tool", "docs.write_doc"] as const;

function configText(work: Workspace): string {
  return readFileSync(join(work.world.home.config, "writ", "config.yaml"), "utf8");
}

describe("writ policy lift", () => {
  test("lets exactly the bounded case run, under its name in the record, until it is taken back", async () => {
    await using work = Workspace.make(null);
    const said = documentOf(await work.command(...LIFT, "--folder", "briefs/", "--expires", "30d", "--json"));
    expect(said).toMatchObject({
      lift: { id: "lift-docs-write_doc", tool: "docs.write_doc", folder: "briefs" },
      workspace: work.root,
      never_lifted: [],
    });
    const expires = fromRfc3339(String(isJsonObject(said["lift"]) ? said["lift"]["expires"] : ""));
    expect(Math.abs((expires ?? 0) - systemClockOf().now() - 30 * 86_400_000)).toBeLessThan(60_000);
    const inside = await work.plan([writeTo("briefs/a.md")]);
    expect((await work.view(inside)).status).toBe("completed");
    expect((await work.facts(inside)).find((fact) => fact.type === "step_started")).toMatchObject({
      authority: { rules: ["lift-docs-write_doc"] },
    });
    const outside = await work.plan([writeTo("other/a.md")]);
    expect((await work.view(outside)).status).toBe("awaiting_gate");
    expect((await work.command("policy", "explain", inside, "write")).out).toMatch(
      /lifts the gate: docs\.write_doc in briefs\/,\s+until/,
    );
    expect(await work.command("policy", "unlift", "lift-docs-write_doc")).toMatchObject({ exit: 0 });
    const again = await work.plan([writeTo("briefs/b.md")]);
    expect((await work.view(again)).status).toBe("awaiting_gate");
    expect(await work.command("policy", "unlift", "lift-docs-write_doc")).toMatchObject({
      exit: 2,
      err: holding("[rule_not_found]"),
    });
  });

  test("leaves the rest of the file as it stands, and other workspaces as they are", async () => {
    await using work = Workspace.make(null);
    await using other = Workspace.make(null);
    work.configure(
      "# mine\nbudget: { steps: 12 } # few\nlifts:\n  - { id: general, tool: files.write, folder: tmp }\n",
    );
    expect((await work.command(...LIFT, "--when", 'args.path == "a.md"', "--id", "one")).exit).toBe(0);
    expect((await work.command(...LIFT, "--folder", "b", "--id", "two")).exit).toBe(0);
    const text = configText(work);
    expect(text).toMatch(/^# mine\nbudget: \{ steps: 12 \} # few\n/);
    expect(statSync(join(work.world.home.config, "writ", "config.yaml")).mode & 0o777).toBe(0o600);
    const lifts = (await work.desk()).config.policy.lifts.map(({ id, when, folder }) => ({ id, when, folder }));
    expect(lifts).toEqual([
      { id: "general", when: null, folder: "tmp" },
      { id: "one", when: 'args.path == "a.md"', folder: null },
      { id: "two", when: null, folder: "b" },
    ]);
    other.world = { ...other.world, home: { ...other.world.home, config: work.world.home.config } };
    expect((await other.desk()).config.policy.lifts.map(({ id }) => id)).toEqual(["general"]);
    expect(await work.command("policy", "unlift", "general")).toMatchObject({
      exit: 2,
      err: holding("every workspace"),
    });
    expect((await work.command("policy", "unlift", "one")).exit).toBe(0);
    expect((await work.command("policy", "unlift", "two")).exit).toBe(0);
    expect(configText(work)).toMatch(/^# mine\nbudget/);
  });

  test.each([
    [["--tool", "files.delete", "--expires", "1d"], 4, "policy_denied"],
    [["--tool", "shell.exec", "--when", "true"], 4, "policy_denied"],
    [["--tool", "shell.*", "--when", "true"], 4, "policy_denied"],
    [["--tool", "docs.get_doc", "--expires", "1d"], 2, "input_malformed"],
    [["--tool", "docs.write_doc"], 2, "input_malformed"],
    [["--tool", "*", "--expires", "1d"], 2, "tool_not_found"],
    [["--tool", "docs.writedoc", "--expires", "1d"], 2, "tool_not_found"],
    [["--expires", "1d"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--expires", "yesterday"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--expires", "2001-01-01T00:00:00Z"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--folder", "../other"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--folder", "/etc"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--folder", "/"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--when", "args.path =="], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--expires", "1d", "--id", "policy.constrained.local_write"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--expires", "1d", "--id", "allowlist"], 2, "input_malformed"],
    [["--tool", "docs.write_doc", "--expires", "1d", "--id", "taken"], 2, "rule_exists"],
  ])("refuses %j and writes nothing", async (options, exit, code) => {
    await using work = Workspace.make(null);
    const text = "policy:\n  rules:\n    - { id: taken, effect: gate, tool: docs.* }\n";
    work.configure(text);
    expect(await work.command("policy", "lift", ...options)).toMatchObject({
      exit,
      out: "",
      err: holding(`[${code}]`),
    });
    expect(configText(work)).toBe(text);
  });

  test("does not write into a file that is wrong as it is", async () => {
    await using work = Workspace.make(null);
    const lifts = "[{ id: one, tool: docs.write_doc, folder: a }]";
    const text = `policy: { mode: autonomos }\nworkspaces: { ${JSON.stringify(work.root)}: { lifts: ${lifts} } }\n`;
    work.configure(text);
    expect(await work.command(...LIFT, "--expires", "1d")).toMatchObject({
      exit: 2,
      err: holding("[config_invalid]"),
    });
    expect(configText(work)).toBe(text);
    const unlifted = await work.command("policy", "unlift", "one");
    expect(unlifted).toMatchObject({ exit: 2, err: holding("[config_invalid]") });
    expect(configText(work)).toBe(text);
  });

  test("of an area says which of its tools still ask", async () => {
    await using work = Workspace.make(null);
    expect(
      documentOf(await work.command("policy", "lift", "--tool", "files.*", "--expires", "1h", "--json")),
    ).toMatchObject({ never_lifted: ["files.delete"] });
    expect(documentOf(await work.command("policy", "test", "files.delete", "--json"))).toMatchObject({
      decision: "gate",
    });
    expect(documentOf(await work.command("policy", "test", "files.write", "--json"))).toMatchObject({
      decision: "permit",
      rules: [{ id: "lift-files" }],
    });
  });
});

describe("writ policy test", () => {
  test("answers with the rules that decide, as the run would meet them", async () => {
    await using work = Workspace.make(null);
    work.configure(
      'policy:\n  rules:\n    - { id: no-secrets, effect: forbid, tool: docs.*, when: args.path == "secrets.md" }\n',
    );
    const ask = async (...more: readonly string[]) =>
      documentOf(await work.command("policy", "test", "docs.write_doc", "--json", ...more));
    expect(await ask("--args", '{"path":"a.md","text":"x"}')).toMatchObject({
      decision: "gate",
      rules: [{ id: "policy.constrained.local_write", says: "mode constrained asks before every local_write" }],
    });
    expect(await ask("--args", '{"path":"secrets.md","text":"x"}')).toMatchObject({
      decision: "forbid",
      rules: [{ id: "no-secrets" }],
    });
    expect(await ask("--args", '{"path":"a.md"}')).toMatchObject({
      decision: "forbid",
      rules: [{ id: "schema" }],
      problems: [{ at: "/text" }],
    });
    expect(await ask("--args", '{"path":".github/workflows/ci.yml","text":"x"}', "--tainted")).toMatchObject({
      rules: [{ id: "policy.constrained.local_write" }, { id: "policy.sensitive_path" }],
    });
    expect(await ask("--mode", "review_required", "--args", '{"path":"a.md","text":"x"}')).toMatchObject({
      mode: "review_required",
      decision: "gate",
    });
    const run = await work.plan([writeTo("secrets.md")]).catch((error: unknown) => error);
    expect(run).toMatchObject({ code: "policy_denied" });
  });

  test("refuses what is no question", async () => {
    await using work = Workspace.make(null);
    const ask = (...argv: readonly string[]) => work.command("policy", "test", ...argv);
    expect(await ask("docs.write", "--args", "{}")).toMatchObject({
      exit: 2,
      err: holding("[tool_not_found]"),
    });
    expect(await ask("docs.write_doc", "--args", "[1]")).toMatchObject({
      exit: 2,
      err: holding("JSON object"),
    });
    expect(await ask("docs.write_doc", "--args", "{path}")).toMatchObject({ exit: 2 });
    expect(await ask("docs.write_doc", "--mode", "autonomous")).toMatchObject({
      exit: 4,
      err: holding("[policy_relaxation]"),
    });
  });
});

describe("writ policy show and explain", () => {
  test("the matrix of R2, from the function that decides", async () => {
    await using work = Workspace.make(null);
    work.configure('outbound: { hosts: ["example.com"] }\n');
    const { matrix, mode, gates } = documentOf(await work.command("policy", "show", "--json"));
    expect({ mode, gates }).toEqual({
      mode: "constrained",
      gates: [{ id: "GATE_OPERATOR", role: "approver", quorum: 1 }],
    });
    expect(matrix).toEqual({
      plan: { constrained: "permit", review_required: "gate", autonomous: "permit" },
      read_only: { constrained: "permit", review_required: "permit", autonomous: "permit" },
      local_write: { constrained: "gate", review_required: "gate", autonomous: "permit" },
      network: { constrained: "gate", review_required: "gate", autonomous: "self" },
      delegated: { constrained: "gate", review_required: "gate", autonomous: "self" },
      destructive: { constrained: "gate", review_required: "gate", autonomous: "gate" },
    });
    const { out } = await work.command("policy", "show");
    expect(out).toMatch(/constrained ● +review_required +autonomous/);
    expect(out).toContain("example.com");
  });

  test("without an allowed host the matrix says that network is refused", async () => {
    await using work = Workspace.make(null);
    expect(documentOf(await work.command("policy", "show", "--json"))["matrix"]).toMatchObject({
      network: { constrained: "forbid", autonomous: "forbid" },
    });
  });

  test("explains a tool by all that can decide, and a run by what did", async () => {
    await using work = Workspace.make(null);
    work.configure("policy:\n  rules:\n    - { id: careful, effect: gate, tool: docs.* }\n");
    expect(documentOf(await work.command("policy", "explain", "docs.write_doc", "--json"))).toMatchObject({
      rules: [{ id: "careful" }],
      modes: [{ mode: "constrained" }, { mode: "review_required" }],
    });
    const run = await work.plan(
      [
        { id: "look", tool: "docs.search_docs", params: { query: "x" } },
        { ...writeTo("a.md"), depends_on: ["look"] },
      ],
      { begin: false },
    );
    const steps = async () => {
      const told = documentOf(await work.command("policy", "explain", run, "--json"))["steps"];
      return (isJsonArray(told) ? told : []).map((step) =>
        isJsonObject(step) ? `${String(step["step"])} ${String(step["decision"])} ${String(step["basis"])}` : "",
      );
    };
    expect(await steps()).toEqual(["look gate expected", "write gate expected"]);
    await (await work.desk()).send({ method: "resume", run });
    await work.rest(run);
    await work.approve(run);
    expect(await steps()).toEqual(["look gate recorded", "write gate recorded"]);
    expect(await work.command("policy", "explain", run, "nothing")).toMatchObject({
      exit: 2,
      err: holding("[step_not_found]"),
    });
    expect(await work.command("policy", "explain", "docs.nothing")).toMatchObject({
      exit: 2,
      err: holding("[tool_not_found]"),
    });
  });
});

describe("writ config show", () => {
  test("says of each setting who said so last", async () => {
    await using work = Workspace.make(null, {
      environment: {
        RATE_LIMIT: "30",
        WRIT_MODEL_URL: "http://127.0.0.1:11434/v1",
        WRIT_MODEL: "qwen3",
        WRIT_MODEL_KEY: "sk-secret",
      },
    });
    work.configure(
      `budget: { steps: 20, tokens: 1000 }\nworkspaces:\n  ${JSON.stringify(work.root)}:\n    approvals: { ttl: 2h }\n`,
    );
    work.write("work", "writ.yaml", "budget: { steps: 10 }\n");
    const said = await work.command("config", "show", "--json");
    const { settings } = documentOf(said);
    const rows = new Map((isJsonArray(settings) ? settings.filter(isJsonObject) : []).map((row) => [row["key"], row]));
    expect(rows.get("budget.steps")).toMatchObject({
      value: 10,
      source: "workspace",
      where: join(work.root, "writ.yaml"),
    });
    expect(rows.get("budget.tokens")).toMatchObject({ value: 1000, source: "user" });
    expect(rows.get("approvals.ttl_ms")).toMatchObject({ value: 7_200_000, source: "user_for_this_workspace" });
    expect(rows.get("limits.rate_per_minute")).toMatchObject({ value: 30, source: "environment", where: "RATE_LIMIT" });
    expect(rows.get("policy.mode")).toMatchObject({ value: "constrained", source: "default", where: null });
    expect(rows.get("model.key")).toMatchObject({ value: "set, not shown", source: "environment" });
    expect(said.out).not.toContain("sk-secret");
    expect((await work.command("config", "show")).out).toMatch(/budget\.steps +10 +workspace/);
  });

  test("stands outside a workspace, and names every problem of a wrong file", async () => {
    await using work = Workspace.make(null);
    const outside = join(work.base, "outside");
    mkdirSync(outside);
    work.world = { ...work.world, cwd: outside };
    expect(documentOf(await work.command("config", "show", "--json"))).toMatchObject({ files: { workspace: null } });
    writeFileSync(join(work.base, "config-text"), "");
    work.configure("budget: { stepz: 1 }\nonfatal: fail\n");
    const { exit, err } = await work.command("config", "show");
    expect(exit).toBe(2);
    expect(err).toContain("stepz");
    expect(err).toContain("onfatal");
  });
});
