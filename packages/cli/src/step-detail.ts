import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";

type Describe = (output: JsonObject) => string;

/** What a step's answer comes to, in one clause. A tool that is not here is described by what its answer holds. */
const CLAUSES: Readonly<Record<string, Describe>> = {
  "docs.search_docs": ({ hits, total_documents: total, matched }) =>
    `${many(matched ?? countOf(hits), "document")} of ${String(total ?? "?")}`,
  "docs.get_doc": ({ path, lines }) => `${String(path)}, ${many(lines ?? 0, "line")}`,
  "docs.write_doc": written,
  "files.write": written,
  "files.read": ({ path, bytes }) => `${String(path)}, ${String(bytes ?? 0)} bytes`,
  "llm.generate": ({ words, method, model }) =>
    `${many(words ?? 0, "word")}, ${method === "extractive" ? "built-in summariser, no model" : String(model ?? "model")}`,
  "code.search": ({ matches, files }) =>
    `${many(countOf(matches), "place")} in ${many(typeof files === "number" ? files : countOf(files), "file")}`,
  "code.read_file": ({ path }) => String(path),
  "code.propose_patch": ({ files }) => `${many(countOf(files), "file")} changed`,
  "eval.run_unit_tests": ({ passed, exit_code: exit }) =>
    passed === true ? "passed" : `failed, exit ${String(exit ?? "none")}`,
  "eval.score_qa": ({ score, passed }) =>
    `score ${String(score ?? "?")}, ${passed === true ? "passed" : "below the threshold"}`,
};

export function stepDetail(tool: string, output: Json): string {
  if (!isJsonObject(output)) return "";
  const clause = CLAUSES[tool];
  if (clause !== undefined) return clause(output);
  const { summary } = output;
  return typeof summary === "string" ? summary : "";
}

function written({ path, bytes }: JsonObject): string {
  return `${String(path)}, ${String(bytes ?? 0)} bytes`;
}

function countOf(value: Json | undefined): number {
  return isJsonArray(value) ? value.length : 0;
}

function many(count: Json, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
