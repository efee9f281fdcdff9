import { listOf, memberOf, membersOf, textOf } from "../api/loose.ts";

/** An operation of the API, as its document describes it. */
export interface Described {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Which roles may. */
  readonly needs: string;
  readonly parameters: readonly Parameter[];
  readonly body: unknown;
  readonly answers: readonly DescribedAnswer[];
}

export interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly required: "required" | "optional";
  readonly schema: unknown;
}

export interface DescribedAnswer {
  readonly status: string;
  readonly media: string;
  readonly schema: unknown;
}

/** The operations of an OpenAPI document in their order; what is not understood is left out. */
export function operationsOf(document: unknown): readonly Described[] {
  return membersOf(memberOf(document, "paths")).flatMap(([path, item]) =>
    membersOf(item).map(([method, operation]) => ({
      id: text(memberOf(operation, "operationId")),
      method: method.toUpperCase(),
      path,
      tag: text(listOf(memberOf(operation, "tags"))[0]),
      summary: text(memberOf(operation, "summary")),
      needs: text(memberOf(operation, "description")),
      parameters: listOf(memberOf(operation, "parameters")).map((parameter) => ({
        name: text(memberOf(parameter, "name")),
        place: text(memberOf(parameter, "in")),
        required: memberOf(parameter, "required") === true ? ("required" as const) : ("optional" as const),
        schema: memberOf(parameter, "schema"),
      })),
      body: memberOf(memberOf(memberOf(memberOf(operation, "requestBody"), "content"), "application/json"), "schema"),
      answers: membersOf(memberOf(operation, "responses")).flatMap(([status, answer]) => {
        const media = membersOf(memberOf(answer, "content"));
        return media.length === 0
          ? [{ status, media: status === "default" ? "application/problem+json" : "", schema: undefined }]
          : media.map(([type, content]) => ({ status, media: type, schema: memberOf(content, "schema") }));
      }),
    })),
  );
}

function text(value: unknown): string {
  return textOf(value) ?? "";
}
