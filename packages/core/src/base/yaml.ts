import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";
import type { Place } from "./error.ts";
import type { Json } from "./json.ts";
import { plainJson } from "./parsed-json.ts";
import { err, ok, type Result } from "./result.ts";

/** Plain data that was read from a file, with the places of its parts. */
export interface YamlFile {
  readonly value: Json;
  /** Where a value stands, or a key that is not known; what is nearest around it where there is none. */
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

export interface YamlFault {
  readonly message: string;
  readonly place: Place;
}

/**
 * Plain data written as YAML or JSON: no alias, no tag, every key a text and
 * there once. All faults at once, each with line and column.
 */
export function parseYaml(file: string, text: string, maxCharacters: number): Result<YamlFile, readonly YamlFault[]> {
  if (text.length > maxCharacters)
    return err([{ message: `${file} has more than ${maxCharacters} characters`, place: { file } }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const syntax = [...document.errors, ...document.warnings].map(({ message, pos }) => ({ message, offset: pos[0] }));
  const faults = syntax.length > 0 ? syntax : notPlain(document);
  if (faults.length > 0) return err(faults.map(({ message, offset }) => ({ message, place: placeAt(offset) })));
  const value = plainJson(document.toJS({ maxAliasCount: 0 }));
  return ok({ value, placeOf: (path) => placeAt(offsetOf(document, path)) });
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

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = isMap(holder)
      ? holder.items.find((pair) => isScalar(pair.key) && pair.key.value === path[length - 1])?.key
      : undefined;
    if (length === path.length && isScalar(key) && key.range) return key.range[0];
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
