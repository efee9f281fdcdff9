import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { isJsonArray, isJsonObject, parseStrict, type Json } from "@writ/core";
import { SHIPPED_TEMPLATES } from "@writ/runtime";
import { offSchema } from "@writ/testkit/published-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";

import { documentOf, Workspace } from "./workspace.ts";

const GOAL = "Find new docs from the last 24 hours and summarize them";

function read(...path: readonly string[]): Json {
  return parseStrict(readFileSync(join(...path)));
}

/** A YAML file as JSON has it. */
function yaml(...path: readonly string[]): Json {
  return parseStrict(JSON.stringify(parse(readFileSync(join(...path), "utf8"))));
}

function line(text: string): Json {
  return parseStrict(text.split("\n")[0] ?? "");
}

test("what Writ writes has the forms that are published", async () => {
  await using work = Workspace.make("notes");
  work.configure("policy: { rules: [{ id: ask, effect: gate, tool: files.write }] }\n");
  const run = await work.goal(GOAL);
  const approval = await work.waiting(run);
  await work.approve(run);
  const other = await work.goal(GOAL);
  await work.deny(other, "not now");
  const head = join(work.base, "head.txt");
  work.write("config", "../head.txt", (await work.command("audit", "checkpoint")).out);
  await work.command("key", "rotate");
  const bundle = join(work.base, "bundle");
  await work.command("audit", "export", "--all", bundle, "--since", head);
  const receipt = join(work.base, "receipt.json");
  await work.command("audit", "receipt", approval, receipt);
  await work.command("audit", "redact", run);

  const { store } = await work.desk();
  const forms = new Map<string, Json[]>();
  const keep = (name: string, ...values: readonly (Json | undefined)[]): void => {
    forms.set(name, [...(forms.get(name) ?? []), ...values.map((value) => value ?? null)]);
  };
  for await (const batch of store.audit.entries(0, 1_000)) {
    for (const { bytes } of batch) {
      const entry = parseStrict(bytes);
      keep("journal-entry", entry);
      if (!isJsonObject(entry) || entry["kind"] !== "run") continue;
      keep("input", entry["input"]);
      const facts = entry["facts"] ?? null;
      for (const fact of isJsonArray(facts) ? facts : []) {
        keep("fact", fact);
        if (isJsonObject(fact) && fact["type"] === "approval_requested") keep("binding", fact["binding"]);
      }
    }
  }
  const { pins } = (await work.history(other)).state;
  keep("policy", await store.documents.get(pins?.policy ?? ""));
  const tools = (await store.documents.get(pins?.tools ?? ""))?.["tools"] ?? null;
  for (const each of isJsonArray(tools) ? tools : [])
    keep("tool", await store.documents.get(String(isJsonObject(each) ? each["document"] : "")));
  keep("plan", read(work.folder, "runs", other, "plan.json"));
  keep("decision-record", documentOf(await work.command("show", run, "--record", "--json")));
  const checkpoints = parseStrict((await work.command("show", run, "--checkpoints", "--json")).out);
  for (const each of isJsonArray(checkpoints) ? checkpoints : [])
    keep("checkpoint", isJsonObject(each) ? each["document"] : null);
  const proven = documentOf(await work.command("audit", "prove", run, "--json"))["proofs"] ?? null;
  keep("inclusion", ...(isJsonArray(proven) ? proven : []));
  keep("manifest", line(readFileSync(join(bundle, "manifest"), "utf8")));
  keep("replay-claim", read(bundle, "replay.json"));
  keep("consistency", read(bundle, "consistency.json"));
  keep("receipt", read(receipt));
  const templates = fileURLToPath(SHIPPED_TEMPLATES);
  for (const name of readdirSync(templates).filter((each) => /\.ya?ml$/.test(each) && each !== "words.yaml"))
    keep("template", yaml(templates, name));
  keep("user-config", yaml(work.base, "config/writ/config.yaml"));
  keep("workspace-config", { policy: { ceiling: "local_write" }, budget: { wall_clock: "5m", cost_cents: 2.5 } });

  const wrong = [...forms].flatMap(([name, values]) =>
    values.flatMap((value) => offSchema(name, value).map((fault) => `${name} ${fault}`)),
  );
  expect(wrong.slice(0, 10)).toEqual([]);
  const counts = Object.fromEntries([...forms].map(([name, values]) => [name, values.length]));
  expect(Object.values(counts).every((count) => count > 0)).toBe(true);
  expect(Object.keys(counts)).toHaveLength(17);
});

test.each([
  ["plan", { intent: "a.b", decision_checkpoints: [], steps: [{ id: "a", tool: "files.list", colour: "red" }] }],
  ["plan", { intent: "a.b", decision_checkpoints: [], steps: [] }],
  ["user-config", { policy: { mode: "autonomos" } }],
  ["workspace-config", { lifts: [] }],
  ["fact", { type: "run_exploded" }],
  ["output/run", { run_id: "run_1" }],
])("%s refuses %j", (name, value) => {
  expect(offSchema(name, value)).not.toEqual([]);
});
