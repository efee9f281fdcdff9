import { randomUUID } from "node:crypto";
import { isJsonObject, parseJson, type JsonObject } from "@writ/core";
import { defineTool, ToolFailure, type Tool } from "@writ/runtime";
import * as z from "zod";

/** One request to the effect server. @throws ToolFailure `server_error_5xx` */
export async function post(url: string, body: object): Promise<JsonObject> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new ToolFailure("server_error_5xx", `the effect server says ${response.status}`);
  const answer = parseJson(await response.text());
  return isJsonObject(answer) ? answer : {};
}

/** Tools whose effects are counted elsewhere; `no_key` sends another key each time. */
export function killTools(
  { effects, plant }: { readonly effects: string; readonly plant: "none" | "no_key" } = { effects: "", plant: "none" },
): readonly Tool[] {
  const params = z.strictObject({ id: z.string(), from: z.json().optional() });
  const key = (honest: string): string => (plant === "no_key" ? randomUUID() : honest);
  return [
    defineTool({
      name: "fx.read",
      summary: "reads",
      approvalMode: "read_only",
      params,
      run: ({ id }) => post(`${effects}/do`, { id, form: "read", key: "read" }),
    }),
    defineTool({
      name: "fx.flaky",
      summary: "fails once",
      approvalMode: "read_only",
      params,
      run: ({ id }) => post(`${effects}/do`, { id, form: "flaky" }),
    }),
    defineTool({
      name: "fx.keyed",
      summary: "honours a key",
      approvalMode: "local_write",
      idempotency: "supported",
      params,
      run: ({ id }, call) => post(`${effects}/do`, { id, key: key(call.idempotencyKey) }),
    }),
    defineTool({
      name: "fx.plain",
      summary: "takes no key",
      approvalMode: "local_write",
      idempotency: "none",
      params,
      run: ({ id }) => post(`${effects}/do`, { id }),
    }),
    defineTool({
      name: "fx.probed",
      summary: "can be asked",
      approvalMode: "local_write",
      idempotency: "none",
      params,
      run: ({ id }) => post(`${effects}/do`, { id }),
      probe: async ({ id }) => ((await post(`${effects}/probe`, { id }))["happened"] === true ? "yes" : "no"),
    }),
  ];
}
