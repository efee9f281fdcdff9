import { err, ok, type Place, type Problem, type Result } from "@writ/core";
import { isNode, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";
import type * as z from "zod";

/** A template is a page. */
const MAX_CHARACTERS = 65_536;

/**
 * Plain data written as YAML, of one schema: no alias, no tag, every key a text
 * and there once. Problems have the code `template_malformed`, with line and
 * column, all at once.
 */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>): Result<T, readonly Problem[]> {
  if (text.length > MAX_CHARACTERS) {
    return err([malformed(`${file} has more than ${String(MAX_CHARACTERS)} characters`, { file })]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }) => ({ message, offset: pos[0] }));
  const unread = faults.length > 0 ? faults : notPlain(document);
  if (unread.length > 0)
    return err(unread.map(({ message, offset }) => malformed(message, placeAt(file, lines, offset))));
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map(({ path, message }) =>
      malformed(
        path.length === 0 ? message : `${path.join(".")}: ${message}`,
        placeAt(file, lines, offsetOf(document, path)),
      ),
    ),
  );
}

export function malformed(message: string, place: Place): Problem {
  return { code: "template_malformed", message, place, remedy: "compare it with a shipped template" };
}

function placeAt(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

interface Fault {
  readonly message: string;
  readonly offset: number;
}

function notPlain(document: Document): readonly Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias: (_key, node) => void faults.push({ message: "an alias is not allowed", offset: node.range?.[0] ?? 0 }),
    Value: (_key, node) => {
      if (node.tag !== undefined)
        faults.push({ message: `the tag ${node.tag} is not allowed`, offset: node.range?.[0] ?? 0 });
    },
    Pair: (_key, { key }) => {
      if (isScalar(key) && typeof key.value === "string") return;
      faults.push({ message: "a key is a text", offset: (isNode(key) ? key.range?.[0] : undefined) ?? 0 });
    },
  });
  return faults;
}

/** Where a value stands, or what is nearest around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
