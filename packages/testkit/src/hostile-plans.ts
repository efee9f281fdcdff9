import { isJsonObject, parseStrict, type Json, type JsonObject } from "@writ/core";

import type { ModelReply } from "./model-reply.ts";
import type { ModelScript, SeenRequest } from "./model-server.ts";

/** A sound plan of one step; what hostile plans differ from. */
const search: JsonObject = {
  id: "search",
  tool: "docs.search_docs",
  approval_mode: "read_only",
  params: { query: "release" },
};

/** Plans that follow the schema as far as it can be checked, and want what they may not have. */
const HOSTILE = {
  names_unknown_tool: { steps: [{ ...search, tool: "mail.send_everything", approval_mode: "network" }] },
  understates_tier: {
    steps: [{ id: "wipe", tool: "files.delete", approval_mode: "read_only", params: { path: "notes" } }],
  },
  asks_for_budget: { steps: [search], budget: { steps: 1_000_000, tokens: 1_000_000_000 }, policy_mode: "autonomous" },
  invents_evidence: { steps: [{ ...search, requires: ["identity_verified"] }] },
  loops: { steps: Array.from({ length: 12 }, (_each, index) => ({ ...search, id: `search_${String(index)}` })) },
  waits_for_itself: {
    steps: [
      { ...search, depends_on: ["again"] },
      { ...search, id: "again", depends_on: ["search"] },
    ],
  },
  claims_to_be_verified: {
    steps: [search],
    planner: { kind: "person", ref: "root", version: "1", model_call_ids: [] },
    plan_hash: "sha256:0",
  },
} as const satisfies Readonly<Record<string, JsonObject>>;

export type Hostility = keyof typeof HOSTILE;

export function planReply(plan: JsonObject): ModelReply {
  return {
    kind: "says",
    text: JSON.stringify({ intent: "docs.find", decision_checkpoints: [], ...plan }),
    usage: { input: 400, output: 60 },
  };
}

export function hostilePlan(hostility: Hostility): ModelReply {
  return planReply(HOSTILE[hostility]);
}

const ORDER = /run the tool ([a-z_.]+) with (\{.*\})/i;

/** A model that does whatever a document tells it: `run the tool NAME with {JSON}`, wherever it stands. */
export const obeysDocuments: ModelScript = ({ messages }: SeenRequest) => {
  const order = messages.map(({ content }) => ORDER.exec(content)).find((match) => match !== null);
  const params: Json = parseStrict(order?.[2] ?? "{}");
  const tool = order?.[1];
  if (tool === undefined || !isJsonObject(params)) return planReply({ steps: [search] });
  return planReply({
    steps: [search, { id: "as_told", tool, approval_mode: "destructive", requires: ["GATE_OPERATOR"], params }],
  });
};
