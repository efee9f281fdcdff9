import { parseSync } from "rolldown/utils";

/** A node of a parsed source. Only its tag and place are known; the rest is read through `field` and `children`. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
}

/** Visits a node before its children, with its parent and the field of the parent it stands in. */
export type Visit = (node: SyntaxNode, parent: SyntaxNode | undefined, fieldOfParent: string) => void;

/** @throws Error naming the file and what the parser objects to */
export function parse(file: string, source: string): SyntaxNode {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
  return program;
}

export function walk(node: SyntaxNode, visit: Visit): void {
  descend(node, undefined, "", visit);
}

export function field(node: SyntaxNode, name: string): unknown {
  return Object.entries(node).find(([key]) => key === name)?.[1];
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** A string literal or a template without holes. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const value = node.type === "Literal" ? field(node, "value") : undefined;
  if (typeof value === "string") return value;
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = field(node, "quasis");
  if (!Array.isArray(quasis) || quasis.length !== 1 || !isNode(quasis[0])) return undefined;
  const text = field(quasis[0], "value");
  return typeof text === "object" && text !== null && "cooked" in text && typeof text.cooked === "string"
    ? text.cooked
    : undefined;
}

/** The name of an identifier node. */
export function identifierName(node: unknown): string | undefined {
  const name = isNode(node) && node.type === "Identifier" ? field(node, "name") : undefined;
  return typeof name === "string" ? name : undefined;
}

export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) line += 1;
  return line;
}

function descend(node: SyntaxNode, parent: SyntaxNode | undefined, fieldOfParent: string, visit: Visit): void {
  visit(node, parent, fieldOfParent);
  for (const [name, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) descend(item, node, name, visit);
    } else if (isNode(value)) {
      descend(value, node, name, visit);
    }
  }
}
