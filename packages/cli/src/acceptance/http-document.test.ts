import { Validator } from "@seriousme/openapi-schema-validator";
import { names } from "@writ/api/contract/openapi";
import { OPERATIONS, type OperationName } from "@writ/api/contract/operations";
import { isJsonArray, isJsonObject, parseJson, type Json, type JsonObject } from "@writ/core";
import { SchemaArbitrary } from "@writ/testkit/schema-arbitrary";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Served, type Who } from "./http.ts";
import { DOCUMENT } from "./http-contract.ts";
import { aStage, BRIEF, CHANGING, GRANTED, restedTask, type Granted } from "./http-scenes.ts";

const RUNS = process.env["WRIT_LONG"] === "1" ? 50_000 : 450;
const SCENES = process.env["WRIT_LONG"] === "1" ? 20 : 2;
const CALLERS = [
  "admin",
  "admin",
  "admin",
  "viewer",
  "operator",
  "approver",
  "auditor",
  "agent",
  null,
] as const satisfies readonly Who[];

interface Tally {
  succeeded: number;
  refused: number;
  readonly codes: Set<string>;
}

const granted = new Map<OperationName, Granted[]>();
const tally = new Map<OperationName, Tally>();
let served: Served;

beforeAll(async () => {
  const work = aStage();
  work.configure("serve: { requests_per_minute: 1000000, requests_per_minute_all: 1000000 }\n");
  served = await Served.over(work);
  for (let count = 0; count < SCENES; count += 1) {
    for (const name of CHANGING) granted.set(name, [...(granted.get(name) ?? []), await GRANTED[name](served)]);
  }
  granted.set("test_policy", [{ params: {}, body: { tool: "docs.search_docs" } }]);
  granted.set("log_in", [{ params: {}, body: { code: served.serving.code } }]);
}, 120_000);
afterAll(() => served[Symbol.asyncDispose]());

describe("the document", () => {
  test("is OpenAPI 3.1 to a validator that is not ours", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(DOCUMENT));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe("3.1");
    const { components } = DOCUMENT;
    const schemas = isJsonObject(components) ? components["schemas"] : null;
    const known = Object.keys(isJsonObject(schemas) ? schemas : {}).map((name) => `#/components/schemas/${name}`);
    const referred = [...JSON.stringify(DOCUMENT).matchAll(/"\$ref":"([^"]*)"/g)].map(([, place]) => place);
    for (const place of new Set(referred)) expect([...known, "#/components/responses/Problem"]).toContain(place);
    const { paths } = DOCUMENT;
    expect(Object.keys(isJsonObject(paths) ? paths : {}).length).toBeGreaterThan(30);
  });

  test("is what the server hands out, and names every operation once", async () => {
    expect(await served.done("get_openapi", {})).toEqual(DOCUMENT);
    const ids = [...JSON.stringify(DOCUMENT).matchAll(/"operationId":"([a-z_]+)"/g)].map(([, id]) => id);
    expect(new Set(ids)).toEqual(new Set(names()));
    expect(ids).toHaveLength(names().length);
  });

  test(
    "requests made from it, with any role: no 5xx, every answer of its schema, a refusal changes nothing",
    { timeout: 6 * 3_600_000 },
    async () => {
      const done = await restedTask(served, {
        id: "a",
        tool: "docs.write_doc",
        params: { path: "kept.md", text: "# Kept\n" },
      });
      const { items } = await served.done("list_approvals", { query: { task: done } });
      await served.done("approve", { params: { id: items[0]?.approval_id ?? "" }, body: {} });
      const completed = await settled();
      const { sha256 = "" } = (await served.done("list_artifacts", { params: { id: done } })).items[0] ?? {};
      const step = { ended: done, sha256 };
      const operations = new Map(names().map((name) => [name, operationOf(name)]));
      let turn = 0;
      let before = completed;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom("valid", "valid", "mutant", "garbage"),
          fc.constantFrom(...CALLERS),
          fc.gen(),
          async (kind, caller, draw) => {
            const all = names();
            const name = all[turn % all.length] ?? "get_health";
            const isFirst = turn < all.length;
            turn += 1;
            const as = isFirst ? "admin" : caller;
            const request = drawn(
              name,
              operations.get(name) ?? {},
              isFirst ? "plain" : kind,
              (from) => draw(() => from),
              step,
            );
            const received = await served.asked(name, request.path, { as, ...request.sent });
            // Each operation once as it is meant; whether any succeeds is then left to no draw.
            if (isFirst)
              expect({ name, answer: received.text, isGranted: received.status < 400 }).toMatchObject({
                isGranted: true,
              });
            expect({ name, status: received.status }).toSatisfy(({ status }) => status < 500);
            const counted = tally.get(name) ?? { succeeded: 0, refused: 0, codes: new Set<string>() };
            tally.set(name, counted);
            if (received.status < 400) {
              counted.succeeded += 1;
              if (OPERATIONS[name].method === "post") before = await settled();
              return;
            }
            counted.refused += 1;
            counted.codes.add(received.problem().code);
            expect({ name, code: received.problem().code, extent: await served.extent() }).toMatchObject({
              extent: before,
            });
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(turn).toBeGreaterThan(names().length);
      const refused = names().filter((name) => (tally.get(name)?.refused ?? 0) > 0);
      expect(refused.length).toBeGreaterThan(30);
      const codes = new Set([...tally.values()].flatMap((each) => [...each.codes]));
      expect(codes.size).toBeGreaterThan(8);
    },
  );
});

function operationOf(name: OperationName): JsonObject {
  const { path, method } = OPERATIONS[name];
  const { paths } = DOCUMENT;
  const at = isJsonObject(paths) ? paths[path] : null;
  const found = isJsonObject(at) ? at[method] : null;
  if (!isJsonObject(found)) throw new TypeError(`${name} is not in the document`);
  return found;
}

/** `plain` is valid, with what is there and without what may be left out: it succeeds. */
type Kind = "plain" | "valid" | "mutant" | "garbage";
type Draw = <T>(from: fc.Arbitrary<T>) => T;

/** A request as the document has it, or nearly so. */
function drawn(
  name: OperationName,
  operation: JsonObject,
  kind: Kind,
  draw: Draw,
  { ended, sha256 }: { readonly ended: string; readonly sha256: string },
): { readonly path: string; readonly sent: { readonly body?: string } } {
  const own = draw(fc.constantFrom(...(granted.get(name) ?? [{ params: {}, body: {} }])));
  const known = (member: string): readonly Json[] => {
    if (member === "id") return own.params["id"] === undefined ? knownIds(name, ended) : [own.params["id"]];
    if (member === "step") return [own.params["step"] ?? "a"];
    if (member === "sha256") return [sha256];
    if (member === "name" || member === "tool") return ["docs.search_docs"];
    if (member === "goal") return [BRIEF];
    if (member === "entry" || member === "since") return [1];
    if (member === "before") return [ended];
    if (member === "code") return [served.serving.code];
    return [];
  };
  const forms = new SchemaArbitrary(DOCUMENT, known);
  const form = (schema: JsonObject, member: string): fc.Arbitrary<Json> =>
    kind === "plain" && known(member).length > 0
      ? fc.constantFrom(...known(member))
      : kind === "plain" || kind === "valid"
        ? forms.valid(schema, member)
        : kind === "mutant"
          ? forms.mutant(schema, member)
          : fc.json().map((text) => parseJson(text));
  let path: string = OPERATIONS[name].path;
  const query = new URLSearchParams();
  for (const parameter of listOf(operation["parameters"])) {
    const { name: part, in: place, schema, required } = parameter;
    if (!isJsonObject(schema) || typeof part !== "string" || place === "header") continue;
    const value = draw(form(schema, part));
    const text = writtenOf(value);
    if (place === "path") path = path.replace(`{${part}}`, encodeURIComponent(text) || "%20");
    else if (required === true || (kind !== "plain" && draw(fc.integer({ min: 0, max: 2 })) === 0))
      for (const one of isJsonArray(value) ? value : [value]) query.append(part, writtenOf(one));
  }
  if (name === "get_proof" && query.size === 0) query.set("entry", "0");
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  if (OPERATIONS[name].method !== "post") return { path: `${path}${search}`, sent: {} };
  if (kind === "plain" && granted.has(name))
    return { path: `${path}${search}`, sent: { body: JSON.stringify(own.body) } };
  const schema = bodySchemaOf(operation);
  const body =
    kind === "plain" || kind === "valid" ? merged(draw(form(schema, "")), name, own) : draw(form(schema, ""));
  return { path: `${path}${search}`, sent: { body: JSON.stringify(body) } };
}

/** As it stands in a URL, of which there may be 16 KiB. */
function writtenOf(value: Json): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 1_000).toWellFormed();
}

function knownIds(name: OperationName, ended: string): readonly string[] {
  if (!name.includes("approval")) return [ended];
  return (granted.get("deny") ?? []).map(({ params }) => params["id"] ?? "");
}

/** A valid body that is not only of the form but also wanted here: what a form leaves open is filled as the scene has it. */
function merged(value: Json, name: OperationName, { body }: Granted): Json {
  if (name === "check_task") return granted.get("create_task")?.[0]?.body ?? value;
  if (!isJsonObject(value) || !granted.has(name) || name === "log_in") return value;
  return name === "create_task"
    ? body
    : { ...Object.fromEntries(Object.entries(value).filter(([member]) => member !== "binding_hash")), ...body };
}

function bodySchemaOf({ requestBody }: JsonObject): JsonObject {
  const content = isJsonObject(requestBody) ? requestBody["content"] : null;
  const media = isJsonObject(content) ? content["application/json"] : null;
  const schema = isJsonObject(media) ? media["schema"] : null;
  return isJsonObject(schema) ? schema : {};
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

const SOON_MS = 6 * 3_600_000;

/** What there is once every task has come to rest. One that a clock would move is ended: what follows is the doing of requests alone. */
async function settled(): Promise<Json> {
  const desk = await served.work.desk();
  for (const { run, wakeAt } of await desk.store.views.unfinished())
    if (wakeAt !== null && wakeAt < Date.now() + SOON_MS)
      await desk.send({ method: "cancel", run, reason: "its time is short" });
  const moving = ["in_progress", "awaiting_gate", "paused", "in_doubt"];
  for (const { run_id: run } of await desk.store.views.runs({ statuses: moving, before: null, limit: 200 }))
    await desk.send({ method: "rest", run: await desk.runNamed(run) });
  return served.extent();
}
