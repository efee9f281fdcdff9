import { openApiDocument } from "@writ/api/contract/openapi";
import { OPERATIONS, type Operation, type OperationName } from "@writ/api/contract/operations";
import { SECURITY_HEADERS } from "@writ/api/server/security-headers";
import { ERRORS } from "@writ/core";
import { DocumentForms } from "@writ/testkit/document-forms";
import { expect } from "vitest";

import { VERSION } from "../table.ts";
import type { Received } from "./http-exchange.ts";

export const DOCUMENT = openApiDocument(VERSION);
const FORMS = new DocumentForms(DOCUMENT);

/** Holds an answer against the operation it is of: its status, media and schema; or against the form of a problem. */
export function heldAnswer(name: OperationName, received: Received): void {
  heldHeaders(received);
  if (received.status >= 400) {
    heldProblem(received);
    return;
  }
  const operation: Operation = OPERATIONS[name];
  const { status, media } = received;
  const wanted = media === "text/event-stream" ? 200 : operation.status;
  if (status === 304 && operation.polled === true) return;
  if (status === 204 && operation.media?.includes("text/event-stream") === true) return;
  const known: readonly string[] = operation.media ?? ["application/json"];
  expect({ name, status, known: known.includes(media) }).toEqual({ name, status: wanted, known: true });
  if (media !== "application/json") return;
  const { path, method } = operation;
  const place = ["paths", path, method, "responses", String(status), "content", media, "schema"];
  expect({ name, off: FORMS.off(place, received.json()) }).toEqual({ name, off: [] });
  expect(Object.hasOwn(received.headers, "etag")).toBe(operation.polled === true);
}

/** Holds a refusal against the form of problems and the table of errors. */
export function heldProblem(received: Received): void {
  heldHeaders(received);
  expect(received.media).toBe("application/problem+json");
  const problem = received.problem();
  expect(FORMS.off(["components", "schemas", "Problem"], problem)).toEqual([]);
  const traits = Object.entries(ERRORS).find(([code]) => code === problem.code)?.[1];
  expect({ code: problem.code, status: traits?.status, retryable: traits?.retryable }).toEqual({
    code: problem.code,
    status: received.status,
    retryable: problem.retryable,
  });
  expect(problem).toMatchObject({ type: `/errors/${problem.code}`, status: received.status });
  expect(problem.instance).toMatch(/^req_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  expect(received.headers["x-request-id"]).toBe(problem.instance);
  expect(problem.next.length).toBeGreaterThan(0);
  expect(received.headers["cache-control"]).toBe("no-store");
}

/** Headers that stand on every answer, and those that stand on none. */
export function heldHeaders({ headers }: Received): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect([name, headers[name]]).toEqual([name, value]);
  for (const name of Object.keys(headers)) expect(name).not.toMatch(/^access-control-|^x-powered-by$|^server$/);
}
