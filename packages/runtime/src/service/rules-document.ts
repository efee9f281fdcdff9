import {
  isDigest,
  OrchestratorError,
  policyDocument,
  readPolicy,
  toolDocument,
  type Digest,
  type Hasher,
  type JsonObject,
  type Rules,
} from "@writ/core";
import { toolCatalogue } from "./pins.ts";
import { documentsByDigest, toolRulesOfDocuments } from "./rules-of-documents.ts";

/** What calls are judged by, as it travels to somebody far from the tools: the policy, and what is declared of each tool. */
export interface GoverningDocument {
  readonly policy: JsonObject;
  /** The tools by name, each with its declaration by digest. */
  readonly catalogue: JsonObject;
  /** The declarations. */
  readonly tools: readonly JsonObject[];
}

/** The rules of one run as they travel: with them a journal is folded anywhere. */
export interface RulesDocument extends GoverningDocument {
  readonly log: string;
  readonly policy_hash: string;
  readonly sandbox_hash: string;
}

export function governingDocument({ policy, tools }: Pick<Rules, "policy" | "tools">): GoverningDocument {
  return {
    policy: policyDocument(policy),
    catalogue: toolCatalogue(tools),
    tools: [...tools.values()].map(({ spec }) => toolDocument(spec)),
  };
}

export function rulesDocument(rules: Rules): RulesDocument {
  const { log, policyHash, sandboxHash } = rules;
  return { ...governingDocument(rules), log, policy_hash: policyHash, sandbox_hash: sandboxHash };
}

/** @throws OrchestratorError `rules_unknown` for what another version wrote */
export function readGoverning(
  hash: Hasher,
  { policy, catalogue, tools }: GoverningDocument,
): Pick<Rules, "policy" | "tools"> {
  return {
    policy: readPolicy(policy),
    tools: toolRulesOfDocuments(hash, catalogue, documentsByDigest(hash, tools)),
  };
}

/** @throws OrchestratorError `rules_unknown` for what another version wrote */
export function readRules(hash: Hasher, document: RulesDocument): Rules {
  const { log, policy_hash: policyHash, sandbox_hash: sandboxHash } = document;
  return {
    ...readGoverning(hash, document),
    hash,
    log,
    policyHash: digestIn(policyHash),
    sandboxHash: digestIn(sandboxHash),
  };
}

function digestIn(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OrchestratorError(
    "rules_unknown",
    "the rules are not of a form this version reads; use the version that wrote them: writ --version",
  );
}
