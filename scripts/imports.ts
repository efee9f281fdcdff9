import { field, isNode, literalText, walk, type SyntaxNode } from "./syntax.ts";

/** One place where a source names another module, for its values or only for its types. */
export interface ImportSite {
  /** `undefined` when the name is computed, so that nobody can follow the edge. */
  readonly specifier: string | undefined;
  readonly offset: number;
}

const SOURCE_FIELD: Readonly<Record<string, string>> = {
  ImportDeclaration: "source",
  ExportNamedDeclaration: "source",
  ExportAllDeclaration: "source",
  ImportExpression: "source",
  TSImportType: "source",
  TSExternalModuleReference: "expression",
};

/** Every import of a source: static, re-export, dynamic, `import("…").T`, `require`, and `new URL` of a source file. */
export function importSites(program: SyntaxNode): readonly ImportSite[] {
  const sites: ImportSite[] = [];
  walk(program, (node) => {
    const source = sourceOf(node);
    if (source === undefined) return;
    sites.push({ specifier: literalText(source), offset: node.start });
  });
  return sites;
}

function sourceOf(node: SyntaxNode): unknown {
  const name = SOURCE_FIELD[node.type];
  if (name !== undefined) return field(node, name) ?? undefined;
  const callee = field(node, "callee");
  const first = firstArgument(node);
  if (node.type === "CallExpression" && isNode(callee) && field(callee, "name") === "require") return first;
  if (node.type === "NewExpression" && isNode(callee) && field(callee, "name") === "URL") {
    const path = literalText(first);
    return path !== undefined && /^\.{1,2}\/.*\.[cm]?tsx?$/.test(path) ? first : undefined;
  }
  return undefined;
}

function firstArgument(node: SyntaxNode): unknown {
  const list = field(node, "arguments");
  return Array.isArray(list) ? list[0] : undefined;
}
