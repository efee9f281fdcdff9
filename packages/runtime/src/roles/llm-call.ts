import { digestOf, type Digest, type Hasher } from "@writ/core";

import type { LlmRequest } from "../ports/llm.ts";

/**
 * What names a model call in lineage and recordings: the digest of what was
 * asked. How long one was willing to wait is no part of it.
 */
export function llmCallId(hash: Hasher, request: LlmRequest): Digest {
  return digestOf(hash, {
    type: "writ/llm_request/v1",
    role: request.role,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    schema: request.schema === null ? null : { name: request.schema.name, schema: request.schema.schema },
    max_tokens: request.maxTokens,
  });
}
