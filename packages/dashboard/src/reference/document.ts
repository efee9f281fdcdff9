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
  return entriesOf(member(document, "paths")).flatMap(([path, item]) =>
    entriesOf(item).map(([method, operation]) => ({
      id: text(member(operation, "operationId")),
      method: method.toUpperCase(),
      path,
      tag: text(listOf(member(operation, "tags"))[0]),
      summary: text(member(operation, "summary")),
      needs: text(member(operation, "description")),
      parameters: listOf(member(operation, "parameters")).map((parameter) => ({
        name: text(member(parameter, "name")),
        place: text(member(parameter, "in")),
        required: member(parameter, "required") === true ? ("required" as const) : ("optional" as const),
        schema: member(parameter, "schema"),
      })),
      body: member(member(member(member(operation, "requestBody"), "content"), "application/json"), "schema"),
      answers: entriesOf(member(operation, "responses")).flatMap(([status, answer]) => {
        const media = entriesOf(member(answer, "content"));
        return media.length === 0
          ? [{ status, media: status === "default" ? "application/problem+json" : "", schema: undefined }]
          : media.map(([type, content]) => ({ status, media: type, schema: member(content, "schema") }));
      }),
    })),
  );
}

function member(value: unknown, name: string): unknown {
  return entriesOf(value).find(([key]) => key === name)?.[1];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
