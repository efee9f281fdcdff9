import { execFileSync } from "node:child_process";
import { isJsonArray, parseStrict, RUN_STATUSES } from "@writ/core";
import { expect, test } from "vitest";
import { COMMANDS } from "./table.ts";

const COLLECT = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
await import(process.argv[1]);
process.stdout.write(JSON.stringify(loaded));`;

test("naming every command loads no schema, no parser and no part of the core but its states and roles", () => {
  const table = new URL("./table.ts", import.meta.url).href;
  const out = execFileSync(process.execPath, ["--input-type=module", "--eval", COLLECT, table], { encoding: "utf8" });
  const loaded = parseStrict(out);
  const urls = isJsonArray(loaded) ? loaded.map(String) : [];
  expect(urls).toContain(table);
  expect(urls.filter((url) => url.includes("/node_modules/"))).toEqual([]);
  expect(urls.filter((url) => url.includes("/packages/core/")).map((url) => url.split("/").at(-1))).toEqual([
    "statuses.ts",
    "role.ts",
  ]);
});

test("a list can be narrowed to each state there is", () => {
  const states = COMMANDS.find(({ name }) => name === "list")?.options.find((option) => option.flag === "--state");
  expect(states?.choices).toEqual(RUN_STATUSES);
});
