import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, parseStrict, type Json } from "@writ/core";
import { offSchema } from "@writ/testkit/published-schema";
import { describe, expect, test } from "vitest";

import { Workspace } from "../acceptance/workspace.ts";
import { OUTPUTS } from "../schema/documents.ts";
import { COMMANDS } from "../table.ts";

const DOCUMENT = readFileSync(new URL("../../../../docs/json.md", import.meta.url), "utf8");
const GOAL = "Find new docs from the last 24 hours and summarize them";

/** Documented examples by the command in their heading. */
function examples(): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  for (const section of DOCUMENT.split(/^#{2,3} /m)) {
    const [, json] = /```json\n([^]*?)\n```/.exec(section) ?? [];
    const title = section.split("\n")[0] ?? "";
    if (json !== undefined) found.set(title.replaceAll("`", ""), parseStrict(json));
  }
  return found;
}

/** Where real output does not have the documented shape; an empty object or array stands for any. */
function differences(documented: Json, real: Json, at: string): readonly string[] {
  if (documented === null || real === null) return [];
  if (isJsonArray(documented)) {
    const [shape] = documented;
    if (!isJsonArray(real)) return [`${at} is no array`];
    return shape === undefined ? [] : real.flatMap((item, index) => differences(shape, item, `${at}/${index}`));
  }
  if (isJsonObject(documented)) {
    const wanted = Object.entries(documented);
    if (!isJsonObject(real)) return [`${at} is no object`];
    if (wanted.length === 0) return [];
    const unknown = Object.keys(real).filter((name) => !(name in documented));
    return [
      ...unknown.map((name) => `${at}/${name} is not documented`),
      ...wanted.flatMap(([name, shape]) =>
        name in real ? differences(shape, real[name] ?? null, `${at}/${name}`) : [`${at}/${name} is missing`],
      ),
    ];
  }
  return typeof documented === typeof real ? [] : [`${at} is ${typeof real}`];
}

/** Below these stands what was hashed, or what somebody else wrote. */
const AS_IT_IS: ReadonlySet<string> = new Set(
  "args binding data derived document input_schema output_schema plan preview recorded value".split(" "),
);

/** Members whose name or unit is not one of ours: no snake_case, an instant or money as the journal has it. */
function strangers(value: Json, at: string, seen: { members: number; instants: number }): readonly string[] {
  if (isJsonArray(value)) return value.flatMap((item, index) => strangers(item, `${at}/${index}`, seen));
  if (typeof value === "string") seen.instants += /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$/.test(value) ? 1 : 0;
  if (typeof value === "number") return value > 1e11 ? [`${at} is ${value}`] : [];
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    seen.members += 1;
    const isOurs = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) && !/at_ms$|millicents/.test(name);
    const below = AS_IT_IS.has(name) ? [] : strangers(member, `${at}/${name}`, seen);
    return isOurs ? below : [`${at}/${name}`, ...below];
  });
}

/** The text at a path of members and positions; empty where there is none. */
function text(value: Json, ...path: readonly (string | number)[]): string {
  const found = path.reduce<Json>((node, part) => {
    if (isJsonArray(node) && typeof part === "number") return node[part] ?? null;
    return isJsonObject(node) ? (node[String(part)] ?? null) : null;
  }, value);
  return typeof found === "string" ? found : "";
}

/** What the commands really print, by the same names, each in one line. */
async function printed(work: Workspace): Promise<Map<string, Json>> {
  const said = new Map<string, Json>();
  const ask = async (name: string, ...argv: readonly string[]): Promise<Json> => {
    const { out } = await work.command(...(argv.length === 0 ? name.split(" ").slice(1) : argv), "--json");
    expect({ name, lines: out.trim().split("\n").length }).toEqual({ name, lines: 1 });
    const value = parseStrict(out.trim());
    said.set(name, value);
    return value;
  };
  const fresh = join(work.base, "fresh");
  mkdirSync(fresh);
  await ask("writ init", "init", fresh);
  const run = text(await ask("writ plan", "plan", GOAL), "run_id");
  await ask("writ plan --explain", "plan", "--explain", GOAL);
  await ask("writ run --dry-run", "run", GOAL, "--dry-run");
  await ask("writ run", "run", run);
  const first = text(await ask("writ approvals"), 0, "approval_id");
  const again = text(await ask("again", "approvals", "ask-again", first), "approval_id");
  await ask("writ approvals show", "approvals", "show", again);
  await ask("writ approvals approve", "approvals", "approve", again);
  await ask("writ list");
  await ask("writ show --checkpoints", "show", run, "--checkpoints");
  await ask("writ show --record", "show", run, "--record");
  await ask("writ report", "report", run);
  await ask("writ replay", "replay", run);
  await ask("writ replay --against", "replay", run, "--against", "review_required");
  const other = await ask("other", "run", GOAL);
  await ask("writ approvals deny", "approvals", "deny", text(other, "approvals", 0, "approval_id"), "--reason", "no");
  await ask("writ audit verify");
  await ask("writ audit checkpoint");
  await ask("writ audit prove", "audit", "prove", run);
  await ask("writ audit export", "audit", "export", run, join(work.base, "bundle"));
  await ask("writ verify-bundle", "verify-bundle", join(work.base, "bundle"));
  await ask("writ key show");
  await ask("writ audit receipt", "audit", "receipt", again, join(work.base, "receipt.json"));
  await ask("writ doctor");
  await ask("writ export", "export", run);
  await ask("writ rebuild");
  await ask("writ backup");
  await ask("writ tools list");
  await ask("writ tools show", "tools", "show", "docs.get_doc");
  await ask("writ tools approve");
  await ask("writ policy show");
  await ask("writ policy test", "policy", "test", "docs.write_doc", "--args", '{"path":"a.md"}');
  await ask("writ policy explain <tool>", "policy", "explain", "docs.write_doc");
  await ask("writ policy explain <run>", "policy", "explain", run);
  const lifted = await ask(
    "writ policy lift",
    "policy",
    "lift",
    "--tool",
    "docs.write_doc",
    "--folder",
    "briefs",
    "--expires",
    "30d",
  );
  await ask("policy show with a lift", "policy", "show");
  await ask("policy explain with a lift", "policy", "explain", "docs.write_doc");
  await ask("explain all", "explain");
  await ask("writ policy unlift", "policy", "unlift", text(lifted, "lift", "id"));
  await ask("writ config show");
  await ask("writ webhooks list");
  await ask("writ webhooks list --dead", "webhooks", "list", "--dead");
  await ask("writ webhooks replay", "webhooks", "replay", "--all");
  await ask("writ explain", "explain", "evidence_drift");
  await ask("writ completion", "completion", "bash");
  const token = await ask("writ token create", "token", "create", "--role", "operator", "--label", "ci");
  await ask("writ token list");
  await ask("writ token revoke", "token", "revoke", text(token, "id"));
  await ask("writ key rotate");
  await ask("writ audit redact", "audit", "redact", run);
  await ask("An error", "show", "zzzz");
  const { out } = await work.command("run", run, "--events");
  const [event] = (await work.command("run", GOAL, "--events")).out.trim().split("\n");
  said.set("writ run --events, writ show --follow, writ watch", parseStrict(event ?? out));
  return said;
}

describe("docs/json.md", () => {
  test("shows exactly what the commands print", async () => {
    await using work = Workspace.make("notes");
    const said = await printed(work);
    const documented = examples();
    expect(documented.size).toBeGreaterThan(35);
    expect([...documented.keys()].filter((name) => !said.has(name))).toEqual([]);
    for (const [name, shape] of documented) {
      expect({ name, differences: differences(shape, said.get(name) ?? null, "") }).toEqual({ name, differences: [] });
    }
    for (const [name, file] of OUTPUTS) {
      expect({ name, faults: offSchema(`output/${file}`, said.get(name) ?? null) }).toEqual({ name, faults: [] });
    }
    expect(offSchema("output/explain", said.get("explain all"))).toEqual([]);
    const seen = { members: 0, instants: 0 };
    said.delete("writ show --record");
    expect([...said].flatMap(([name, value]) => strangers(value, name, seen))).toEqual([]);
    expect(seen.members).toBeGreaterThan(500);
    expect(seen.instants).toBeGreaterThan(20);
  });

  test("links each document to its schema", () => {
    const named = DOCUMENT.split(/^#{2,3} /m).flatMap((section) => {
      const [title = ""] = section.split("\n");
      const file = /\]\(schemas\/output\/([a-z-]+)\.json\)/.exec(section)?.[1];
      return file === undefined ? [] : [[title.replaceAll("`", ""), file]];
    });
    expect(named).toEqual(OUTPUTS.map(([heading, file]) => [heading, file]));
  });

  test("speaks of every command", () => {
    const missing = COMMANDS.map(({ name }) => name).filter((name) => !DOCUMENT.includes(`writ ${name}`));
    expect(missing).toEqual([]);
  });
});
