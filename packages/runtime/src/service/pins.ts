import {
  canonicalJson,
  digestOf,
  EntryReader,
  EVALUATORS,
  isDigest,
  isJsonArray,
  isJsonObject,
  OrchestratorError,
  policyDocument,
  readPolicy,
  toolDocument,
  type Digest,
  type Hasher,
  type JsonObject,
  type Pins,
  type Policy,
  type RunId,
  type Rules,
  type ToolRule,
  type ToolRules,
  plainJson,
} from "@writ/core";
import type { Documents, Store } from "../ports/store.ts";

export const RUNTIME = "writ/0.1.0";

export interface Configured {
  readonly hash: Hasher;
  readonly log: string;
  readonly tools: ToolRules;
  readonly policy: Policy;
  readonly sandbox: JsonObject;
  /** Model endpoints by role, without secrets. */
  readonly models: JsonObject;
}

/** The documents that configure runs today, stored so that a run can refer to them, and their digests. */
export async function pinConfiguration(
  documents: Documents,
  { hash, log, tools, policy, sandbox, models }: Configured,
): Promise<{ readonly pins: Pins; readonly rules: Rules }> {
  const toolDocuments = [...tools.values()].map((rule) => toolDocument(rule.spec));
  const catalogue = toolCatalogue(tools);
  const evaluators: JsonObject = { type: "writ/evaluators/v1", evaluators: { ...EVALUATORS } };
  const policies = policyDocument(policy);
  const written = [...toolDocuments, catalogue, evaluators, policies, sandbox, models].map((document) => ({
    digest: digestOf(hash, document),
    bytes: canonicalJson(document),
  }));
  await documents.put(written);
  const digest = (document: JsonObject): Digest => digestOf(hash, document);
  const pins: Pins = {
    policy: digest(policies),
    tools: digest(catalogue),
    evaluators: digest(evaluators),
    models: digest(models),
    sandbox: digest(sandbox),
    runtime: RUNTIME,
  };
  return { pins, rules: { hash, log, tools, policy, policyHash: digest(policies), sandboxHash: digest(sandbox) } };
}

/** The tools by name, each with its declaration by digest. */
export function toolCatalogue(tools: ToolRules): JsonObject {
  return { type: "writ/tools/v1", tools: [...tools.values()].map(catalogued) };
}

/** A tool in the catalogue: its declaration by digest, and what else decisions rest on. */
function catalogued(rule: ToolRule): JsonObject {
  return { name: rule.spec.name, document: rule.hash, traits: plainJson(rule.spec.traits) };
}

/**
 * The rules a run was started under. A tool whose declaration is no longer the
 * pinned one is left out: it cannot be called by this run any more.
 *
 * @throws OrchestratorError `rules_unknown` when a pinned document is missing
 */
export async function rulesOfPins(
  documents: Documents,
  pins: Pins,
  today: Omit<Configured, "policy" | "sandbox" | "models">,
): Promise<Rules> {
  const policy = readPolicy(await pinned(documents, pins.policy));
  const catalogue = (await pinned(documents, pins.tools))["tools"];
  const tools = new Map<string, ToolRule>();
  for (const item of isJsonArray(catalogue) ? catalogue : []) {
    const name = isJsonObject(item) ? item["name"] : undefined;
    const rule = typeof name === "string" ? today.tools.get(name) : undefined;
    if (rule !== undefined && canonicalJson(catalogued(rule)) === canonicalJson(item)) tools.set(rule.spec.name, rule);
  }
  return {
    hash: today.hash,
    log: today.log,
    tools,
    policy,
    policyHash: asDigest(pins.policy),
    sandboxHash: asDigest(pins.sandbox),
  };
}

/**
 * The rules of one run, found by what its first entry pins.
 *
 * @throws OrchestratorError `run_not_found`, `rules_unknown`
 */
export async function rulesOfRun(
  store: Store,
  run: RunId,
  today: Omit<Configured, "policy" | "sandbox" | "models">,
): Promise<Rules> {
  const [first] = await store.journal.read(run, 1, 1);
  if (first === undefined)
    throw new OrchestratorError("run_not_found", `there is no run ${run}; see them with: writ list`);
  const started = new EntryReader(today.hash).read(first).facts.find((fact) => fact.type === "run_started");
  if (started?.type !== "run_started")
    throw new OrchestratorError(
      "rules_unknown",
      `${run} does not begin with its pins; check the workspace with: writ audit verify`,
    );
  return rulesOfPins(store.documents, started.pins, today);
}

async function pinned(documents: Documents, digest: string): Promise<JsonObject> {
  const document = await documents.get(digest);
  if (document === null)
    throw new OrchestratorError(
      "rules_unknown",
      `the document ${digest} this run was started under is missing; check the workspace with: writ audit verify`,
    );
  return document;
}

function asDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OrchestratorError(
    "rules_unknown",
    `${text} names no document; check the workspace with: writ audit verify`,
  );
}
