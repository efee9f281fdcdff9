import { OrchestratorError, type Json, type Problem } from "@writ/core";
import { isMap, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type * as z from "zod";

const MAX_BYTES = 262_144;

/**
 * Reads one YAML file against a schema; every problem at once, each with line
 * and column.
 *
 * @throws OrchestratorError `config_invalid`
 */
export function readYaml<S extends z.ZodType>(file: string, text: string, schema: S): z.infer<S> {
  if (text.length > MAX_BYTES) throw invalid(file, [{ code: "config_invalid", message: `the file is longer than ${MAX_BYTES} characters`, place: { file } }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true, version: "1.2" });
  const syntax = [...document.errors, ...document.warnings].map((problem): Problem => {
    const { line, col } = lines.linePos(problem.pos[0]);
    return { code: "config_invalid", message: problem.message.split("\n")[0] ?? "not YAML", place: { file, line, column: col } };
  });
  if (syntax.length > 0) throw invalid(file, syntax);
  const value: Json = document.toJS({ maxAliasCount: 0 }) ?? {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(file, parsed.error.issues.flatMap((issue) => problemsOf(file, document, lines, issue)));
}

function problemsOf(file: string, document: Document, lines: LineCounter, issue: z.core.$ZodIssue): readonly Problem[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [null];
  return keys.map((key) => {
    const path = key === null ? issue.path : [...issue.path, key];
    const offset = offsetOf(document, path.map(String));
    const at = offset === null ? null : lines.linePos(offset);
    const message = key === null ? issue.message : `"${key}" is not a known key here`;
    return { code: "config_invalid", message, place: { file, field: path.map(String).join("."), ...(at === null ? {} : { line: at.line, column: at.col }) } };
  });
}

/** Where a path stands in the text: the key if there is one, else the nearest thing around it. */
function offsetOf(document: Document, path: readonly string[]): number | null {
  let node: unknown = document.contents;
  let offset: number | null = null;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === part);
      if (pair === undefined) return offset;
      offset = rangeOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = rangeOf(node) ?? offset;
    }
  }
  return offset;
}

function rangeOf(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return null;
  const [start]: readonly unknown[] = node.range;
  return typeof start === "number" ? start : null;
}

function invalid(file: string, problems: readonly Problem[]): OrchestratorError {
  const count = problems.length === 1 ? "1 error" : `${problems.length} errors`;
  return new OrchestratorError("config_invalid", `${file} has ${count} and nothing ran; mend it and try again`, { problems });
}
