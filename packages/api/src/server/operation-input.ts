import { OrchestratorError, type Problem } from "@writ/core";
import * as z from "zod";
import { FORMS, type Form, type Read } from "../contract/forms.ts";
import type { OperationName } from "../contract/operations.ts";

type Part = "params" | "query" | "body";

const NOTHING = z.strictObject({});
const PLACES = { params: "path", query: "query", body: "body" } as const;

/**
 * A part of a request in its form; of an operation without such a part, nothing may be there.
 *
 * @throws OrchestratorError `request_invalid` with every objection and its JSON pointer, `cursor_malformed`,
 * `malformed_id` for a part of the path
 */
export function readPart<N extends OperationName, K extends Part>(name: N, part: K, value: unknown): Read<N, K>;
export function readPart(name: OperationName, part: Part, value: unknown): unknown {
  if (part === "query") assertNoneEmpty(value);
  const form: Form = FORMS[name];
  const parsed = (form[part] ?? NOTHING).safeParse(value);
  if (parsed.success) return parsed.data;
  const place = PLACES[part];
  const problems = parsed.error.issues.flatMap((issue) => objectionsOf(issue, place));
  const [first] = problems;
  const field = first?.place?.field ?? "";
  const said = `${place}${field === "" ? "" : ` ${field}`}: ${first?.message ?? "is not of its form"}`;
  if (part === "query" && field === "/cursor")
    throw new OrchestratorError(
      "cursor_malformed",
      "the cursor is none that this server gave; start at the first page",
    );
  if (part === "params")
    throw new OrchestratorError("malformed_id", `${said}; see the ids with: GET /tasks`, { problems });
  throw new OrchestratorError("request_invalid", `${said}; see the form in /openapi.json`, { problems });
}

/** A parameter without a value would be read as 0 where a number is wanted. */
function assertNoneEmpty(query: unknown): void {
  const empty = Object.entries(query ?? {}).find(([, value]) => value === "")?.[0];
  if (empty === undefined) return;
  const field = `/${empty.slice(0, 100)}`;
  const message = "has no value; leave it out or give one";
  throw new OrchestratorError("request_invalid", `query ${field}: ${message}`, {
    problems: [{ code: "empty_value", message, place: { field } }],
  });
}

/** What is not there is said as that, not as a value of the language we are written in. */
function messageOf({ message }: z.core.$ZodIssue): string {
  return message.endsWith("received undefined") ? "is missing" : message;
}

function objectionsOf(issue: z.core.$ZodIssue, place: string): readonly Problem[] {
  const at = issue.path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  if (issue.code !== "unrecognized_keys")
    return [{ code: issue.code, message: messageOf(issue), place: { field: at } }];
  return issue.keys.map((key) => ({
    code: "unknown_field",
    message: `${JSON.stringify(key.slice(0, 100))} is no field of the ${place}`,
    place: { field: `${at}/${key.slice(0, 100)}` },
    remedy: "leave it out",
  }));
}
