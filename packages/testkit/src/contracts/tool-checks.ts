import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  canonicalJson,
  hasOnlyIntegers,
  isJsonObject,
  parseStrict,
  toolDocument,
  type Json,
  type JsonObject,
} from "@writ/core";
import { ToolFailure, type Tool, type ToolOutcome } from "@writ/runtime";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import type { ToolScene } from "./tool-scene.ts";

/** How long a call that is given up may take to end. */
const PATIENCE_MS = 2_000;
const NAME = /^[a-z0-9_-]+([./][A-Za-z0-9_-]+)+$/;
const LIVE_NAME = /^[a-z_]+$/;

/** Finds what is wrong with a tool; each line says one thing, none means it holds. */
export type ToolCheck = (scene: ToolScene) => Promise<readonly string[]>;

export function declarationFaults({ spec }: Tool): readonly string[] {
  const document = toolDocument(spec);
  return [
    ...(NAME.test(spec.name) ? [] : [`${spec.name} is no area.verb_object`]),
    ...(spec.summary.trim() === "" || spec.summary.includes("\n") ? ["the summary is not one line"] : []),
    ...(hasOnlyIntegers(document) ? [] : ["the declaration holds a number that is no integer, and cannot be hashed"]),
    ...[spec.inputSchema, spec.outputSchema].flatMap(schemaFaults),
    ...(spec.traits.timeout === null || spec.traits.timeout > 0 ? [] : ["an attempt may take no time at all"]),
    ...(spec.tier !== "read_only" || !spec.traits.reversible
      ? []
      : ["a tool that only reads has nothing to take back"]),
  ];
}

function schemaFaults(schema: JsonObject): readonly string[] {
  try {
    compile(schema);
    return schema["$schema"] === "https://json-schema.org/draft/2020-12/schema"
      ? []
      : ["a schema does not name JSON Schema 2020-12"];
  } catch (error) {
    return [`a schema is not valid: ${String(error)}`];
  }
}

function compile(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTuples: false });
  addFormats.default(ajv);
  return ajv.compile(parseJson(schema));
}

/** Ajv marks schemas with a prototype of its own, so it gets a copy. */
function parseJson(value: Json): object {
  const copy: unknown = JSON.parse(canonicalJson(value));
  return typeof copy === "object" && copy !== null ? copy : {};
}

export const refusesUnknown: ToolCheck = async (scene) => {
  const args = { ...scene.args, parameter_nobody_has: 1 };
  const isRefused = compile(scene.tool.spec.inputSchema);
  return [
    ...(isRefused(args) ? ["the schema lets an unknown parameter pass"] : []),
    ...(await refusalFaults(scene, args, "an unknown parameter")),
  ];
};

/** Puts something else into each parameter; where the schema takes anything, there is nothing to refuse. */
export const refusesWrongTypes: ToolCheck = async (scene) => {
  const accepts = compile(scene.tool.spec.inputSchema);
  const properties = scene.tool.spec.inputSchema["properties"];
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  const faults: string[] = accepts(scene.args)
    ? []
    : [`the schema refuses the case: ${JSON.stringify(accepts.errors)}`];
  for (const name of names) {
    const args = { ...scene.args, [name]: { unexpected: [true] } };
    if (!accepts(args)) faults.push(...(await refusalFaults(scene, args, name)));
  }
  return faults;
};

async function refusalFaults(scene: ToolScene, args: JsonObject, what: string): Promise<readonly string[]> {
  const before = await scene.snapshot();
  const ends = await Promise.allSettled([scene.tool.run(args, scene.call()), scene.tool.freeze(args, scene.call())]);
  const faults = ends.flatMap((end, at) => {
    const way = at === 0 ? "run" : "freeze";
    if (end.status === "fulfilled") return [`${way} takes ${what}`];
    const reason: unknown = end.reason;
    return reason instanceof ToolFailure && reason.kind === "schema_mismatch"
      ? []
      : [`${way} refuses ${what} as ${String(reason)}`];
  });
  return before === (await scene.snapshot()) ? faults : [...faults, `${what} changed the workspace`];
}

export const freezesOnly: ToolCheck = async (scene) => {
  const before = await scene.snapshot();
  const first = await scene.tool.freeze(scene.args, scene.call());
  const second = await scene.tool.freeze(scene.args, scene.call());
  const text = JSON.stringify(first);
  const round: unknown = JSON.parse(text);
  return [
    ...(before === (await scene.snapshot()) ? [] : ["freeze changed the workspace"]),
    ...(text === JSON.stringify(second) ? [] : ["freeze shows something else the second time, and nothing moved"]),
    ...(JSON.stringify(round) === text && isCanonical(text) ? [] : ["what freeze shows is no JSON that can be hashed"]),
    ...(first.preview.title.trim() === "" ? ["the preview has no title"] : []),
    ...Object.keys(first.live).flatMap((name) =>
      LIVE_NAME.test(name) ? [] : [`the live value ${name} is not named in small letters`],
    ),
  ];
};

function isCanonical(text: string): boolean {
  return canonicalJson(parseStrict(text)).length > 0;
}

export const answersAsDeclared: ToolCheck = async (scene) => {
  const { spec } = scene.tool;
  const before = await scene.snapshot();
  const outcome = await scene.tool.run(scene.args, scene.call());
  const accepts = compile(spec.outputSchema);
  const isAccepted = accepts(parseStrict(canonicalJson(outcome.output)));
  return [
    ...(isAccepted ? [] : [`the answer is off its schema: ${JSON.stringify(accepts.errors)}`]),
    ...(await artifactFaults(scene, outcome)),
    ...(spec.tier === "read_only" && before !== (await scene.snapshot())
      ? ["a tool that only reads changed the workspace"]
      : []),
    ...(outcome.usage.tokens <= spec.traits.tokens ? [] : ["more tokens were used than the declaration reserves"]),
  ];
};

async function artifactFaults(scene: ToolScene, { artifacts }: ToolOutcome): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { path, sha256, bytes } of artifacts) {
    const content = await readFile(join(scene.call().files.root, path));
    const isAsSaid = content.length === bytes && createHash("sha256").update(content).digest("hex") === sha256;
    if (!isAsSaid) faults.push(`the artifact ${path} is not what lies there`);
  }
  return faults;
}

/** A tool that says it honours a key does nothing the second time, and says the same of it. */
export const repeatsWithoutEffect: ToolCheck = async (scene) => {
  const { spec } = scene.tool;
  if (spec.idempotency === "none") return [];
  const first = await scene.tool.run(scene.args, scene.call());
  const after = await scene.snapshot();
  const second = await scene.tool.run(scene.args, scene.call({ attempt: 2 }));
  const isSameUndo = JSON.stringify(first.undo) === JSON.stringify(second.undo);
  return [
    ...(after === (await scene.snapshot()) ? [] : ["the same key twice had a second effect"]),
    ...(spec.tier === "read_only" || isSameUndo ? [] : ["the second answer takes back something else than the first"]),
  ];
};

export const takesBack: ToolCheck = async (scene) => {
  const before = await scene.snapshot();
  const { undo } = await scene.tool.run(scene.args, scene.call());
  const isChanged = before !== (await scene.snapshot());
  if (undo === null)
    return scene.tool.spec.traits.reversible && isChanged
      ? ["a reversible tool changed something and says no way back"]
      : [];
  const way = scene.way(undo.tool);
  if (way === undefined) return [`the way back, ${undo.tool}, is not given to the contract`];
  await way.run(undo.args, scene.call({ idempotencyKey: "ik_undo" }));
  return before === (await scene.snapshot()) ? [] : ["the way back does not lead to what was there"];
};

/** @param after milliseconds until it is given up; 0 for a call that is so from the first */
export function givesUp(after: number): ToolCheck {
  return async (scene) => {
    const abort = new AbortController();
    if (after === 0) abort.abort(new Error("given up"));
    else setTimeout(() => abort.abort(new Error("given up")), after);
    const end = { settled: false };
    const settle = (): void => {
      end.settled = true;
    };
    const running = scene.tool.run(scene.args, scene.call({ signal: abort.signal })).then(settle, settle);
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, after + PATIENCE_MS))]);
    return end.settled ? [] : [`a call that was given up did not end within ${PATIENCE_MS} ms`];
  };
}

export const probesTruly: ToolCheck = async (scene) => {
  if (!scene.tool.spec.traits.probe) return [];
  const before = await scene.tool.probe(scene.args, scene.call());
  await scene.tool.run(scene.args, scene.call());
  const after = await scene.tool.probe(scene.args, scene.call());
  return [
    ...(before === "yes" ? ["the probe says yes before anything happened"] : []),
    ...(after === "no" ? ["the probe says no to what happened"] : []),
  ];
};
