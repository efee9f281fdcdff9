import { pathOf } from "@writ/api/client/client";
import { names } from "@writ/api/contract/openapi";
import { OPERATIONS, type Operation, type OperationName } from "@writ/api/contract/operations";

/** A place that a server answers at. */
export interface ServedPlace {
  readonly name: OperationName | null;
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly access: Operation["access"];
}

const SOMEBODY = {
  run: "run_01m7znbxqd625xv5ggmdm50hqg",
  approval: "apr_01m7znbxqd625xv5ggmdm50hqg",
} as const;

/** A path of an operation, with ids that nobody has where none are given. */
export function placeOf(
  name: OperationName,
  ids: { readonly run: string; readonly approval: string } = SOMEBODY,
): string {
  const id = OPERATIONS[name].path.startsWith("/approvals") ? ids.approval : ids.run;
  const params = { id, step: "a", sha256: "0".repeat(64), name: "docs.search_docs" };
  const query = name === "get_proof" ? { entry: 0 } : name === "get_consistency" ? { since: 1 } : {};
  return pathOf(name, { params, query });
}

/** Every operation in each of its media, so streams, too; what is served as files; and what is not there. */
export function servedPlaces(): readonly ServedPlace[] {
  const operations = names().flatMap((name) => {
    const operation: Operation = OPERATIONS[name];
    const media = operation.media ?? ["application/json"];
    const { method, access } = operation;
    return media.map((accept) => ({ name, method: method.toUpperCase(), path: placeOf(name), accept, access }));
  });
  const files = ["/errors/internal", "/", "/nowhere", "/runs/x"].map((path) => ({
    name: null,
    method: "GET",
    path,
    accept: "text/html",
    access: "public" as const,
  }));
  return [...operations, ...files];
}
