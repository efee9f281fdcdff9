import type { AnswerStructure, LlmMessage, LlmRequest } from "@writ/runtime";
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";

const WEAKER: Readonly<Record<AnswerStructure, AnswerStructure | null>> = { schema: "json", json: "text", text: null };

/** What to ask for when the endpoint does not know `structure`; null when nothing weaker is left. */
export function weakerThan(structure: AnswerStructure): AnswerStructure | null {
  return WEAKER[structure];
}

/**
 * The body of a chat completion: one system message first and no two messages of
 * one role in a row, because strict chat templates refuse anything else.
 *
 * @param temperature null leaves it to the endpoint
 */
export function chatRequest(
  request: LlmRequest,
  model: string,
  structure: AnswerStructure,
  temperature: number | null,
): ChatCompletionCreateParamsNonStreaming {
  const { schema } = request;
  const instruction: LlmMessage[] =
    schema === null || structure === "schema"
      ? []
      : [
          {
            role: "system",
            content: `Answer with one JSON object and nothing else. It follows this JSON Schema:\n${JSON.stringify(schema.schema)}`,
          },
        ];
  return {
    model,
    messages: merged([...request.messages, ...instruction]),
    max_tokens: request.maxTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(schema === null || structure === "text" ? {} : { response_format: formatOf(schema, structure) }),
  };
}

function formatOf(
  schema: NonNullable<LlmRequest["schema"]>,
  structure: "schema" | "json",
): NonNullable<ChatCompletionCreateParamsNonStreaming["response_format"]> {
  if (structure === "json") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: schema.name, schema: { ...schema.schema } } };
}

function merged(messages: readonly LlmMessage[]): ChatCompletionMessageParam[] {
  const system = messages.filter((each) => each.role === "system").map((each) => each.content);
  const rest: { role: "user" | "assistant"; content: string }[] = [];
  for (const { role, content } of messages) {
    if (role === "system") continue;
    const last = rest.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else rest.push({ role, content });
  }
  return [...(system.length === 0 ? [] : [{ role: "system" as const, content: system.join("\n\n") }]), ...rest];
}
