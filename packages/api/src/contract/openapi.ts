import * as z from "zod";
import { FORMS, type Form } from "./forms.ts";
import { OPERATIONS, type Operation, type OperationName } from "./operations.ts";
import { problem } from "./problem.ts";
import { GRANTS, isJsonObject, parseStrict, ROLES, type JsonObject } from "@writ/core";

const PROBLEM = "application/problem+json";
const BY_HEADER = "Idempotency-Key";
const JSON_MEDIA = "application/json";

/** The API as an OpenAPI 3.1 document, made from the table and the forms that serve it. */
export function openApiDocument(version: string): JsonObject {
  const shared = new Shared();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const name of names()) {
    const { method, path } = OPERATIONS[name];
    (paths[path] ??= {})[method] = operationObject(name, OPERATIONS[name], FORMS[name], shared);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Writ",
      version,
      description: "Plans, runs, approves and proves. Every instant is RFC 3339 in UTC; durations end in _ms.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { login: [] }],
    tags: [...new Set(names().map((name) => OPERATIONS[name].tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, "output", shared), ...shared.schemas },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "writ token create --role viewer" },
        login: { type: "apiKey", in: "cookie", name: "writ_login", description: "from POST /login; needs X-Writ-CSRF" },
      },
      responses: {
        Problem: {
          description: "What went wrong, and what to do next",
          content: { [PROBLEM]: { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}

export function names(): readonly OperationName[] {
  // The table's own keys.
  return Object.keys(OPERATIONS).filter((name): name is OperationName => name in OPERATIONS);
}

function operationObject(name: OperationName, operation: Operation, form: Form, shared: Shared): JsonObject {
  const { access, tag, summary, method } = operation;
  const parameters = [
    ...parametersOf(form.params, "path", shared),
    ...parametersOf(form.query, "query", shared),
    ...(method === "post" && tag !== "service"
      ? [{ name: BY_HEADER, in: "header", required: false, schema: { type: "string", minLength: 1, maxLength: 255 } }]
      : []),
  ];
  const roles =
    access === "public" ? "nobody's token" : ROLES.filter((role) => GRANTS[role].includes(access)).join(", ");
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: `Needs ${roles}.`,
    ...(access === "public" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(form.body === undefined
      ? {}
      : {
          requestBody: {
            required: !form.body.safeParse({}).success,
            content: { "application/json": { schema: schemaOf(form.body, "input", shared) } },
          },
        }),
    responses: {
      ...successOf(operation, form, shared),
      ...("polled" in operation ? { "304": { description: "As before" } } : {}),
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

const STREAM = "text/event-stream";

/** A stream is 200, whatever the operation's own status: it tells what happens, not that something was taken on. */
function successOf({ media = [JSON_MEDIA], status }: Operation, form: Form, shared: Shared): JsonObject {
  const told = (types: readonly string[]): JsonObject => ({
    description: "Done",
    content: contentOf(types, form, shared),
  });
  if (status === 200 || !media.includes(STREAM)) return { [String(status)]: told(media) };
  return { "200": told([STREAM]), [String(status)]: told(media.filter((type) => type !== STREAM)) };
}

function contentOf(types: readonly string[], { answer }: Form, shared: Shared): JsonObject {
  return Object.fromEntries(
    types.map((type) => [
      type,
      {
        schema: type === JSON_MEDIA && answer !== undefined ? schemaOf(answer, "output", shared) : { type: "string" },
      },
    ]),
  );
}

/** Members of a form as single parameters. */
function parametersOf(form: z.ZodType | undefined, place: "path" | "query", shared: Shared): readonly JsonObject[] {
  if (form === undefined) return [];
  const { properties, required } = schemaOf(form, "input", shared);
  const needed = Array.isArray(required) ? required : [];
  const members = typeof properties === "object" && properties !== null ? Object.entries(properties) : [];
  return members.map(([name, schema]) => ({
    name,
    in: place,
    required: place === "path" || needed.includes(name),
    schema,
  }));
}

/** A schema that stands anywhere in the document: what it refers to within itself moves to the components. */
function schemaOf(form: z.ZodType, io: "input" | "output", shared: Shared): JsonObject {
  const {
    $schema: _,
    $defs = {},
    ...schema
  } = z.toJSONSchema(form, { io, unrepresentable: "any", override: ({ jsonSchema }) => withoutSafeBounds(jsonSchema) });
  const place = (name: string): string => shared.nameOf(JSON.stringify($defs[name]));
  const placed = (value: unknown): JsonObject => {
    const text = JSON.stringify(value).replaceAll(
      REFERENCE,
      (_all, name: string) => `"#/components/schemas/${place(name)}"`,
    );
    const plain = parseStrict(text);
    return isJsonObject(plain) ? plain : {};
  };
  for (const [name, definition] of Object.entries($defs)) shared.schemas[place(name)] = placed(definition);
  const text = JSON.stringify(schema);
  if (!text.includes(ITSELF)) return placed(schema);
  // What refers to itself as the root would, in the document, refer to the whole document.
  const $ref = `#/components/schemas/${shared.nameOf(text)}`;
  shared.schemas[shared.nameOf(text)] = placed(parseStrict(text.replaceAll(ITSELF, `"$ref":"${$ref}"`)));
  return { $ref };
}

const ITSELF = '"$ref":"#"';

const REFERENCE = /"#\/\$defs\/([^"]+)"/g;

function withoutSafeBounds(schema: { maximum?: number; minimum?: number }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** Definitions that several schemas use, one name each. */
class Shared {
  readonly schemas: Record<string, JsonObject> = {};
  readonly #names = new Map<string, string>();

  nameOf(definition: string): string {
    const known = this.#names.get(definition) ?? `Shared${this.#names.size + 1}`;
    this.#names.set(definition, known);
    return known;
  }
}
