import type { AmbientRule } from "./layers.ts";
import { field, identifierName, isNode, walk, type SyntaxNode } from "./syntax.ts";

/** A name through which time, chance or the machine could enter unseen. */
export interface AmbientUse {
  readonly what: string;
  readonly offset: number;
}

/** Names that a port stands for: time, chance, the process, the network, the terminal. */
const PORTED_NAMES =
  "performance setTimeout setInterval setImmediate Temporal process console fetch crypto globalThis".split(" ");

/**
 * Names pure code may not use at all, as value or as type. Those the compiler
 * already hides stand here too: `declare const` or a cast could bring them back.
 */
const IMPURE_NAMES =
  "Date Intl queueMicrotask Buffer require eval Function WeakRef FinalizationRegistry Atomics SharedArrayBuffer".split(
    " ",
  );

const FORBIDDEN_NAMES: Readonly<Record<AmbientRule, ReadonlySet<string>>> = {
  pure: new Set([...PORTED_NAMES, ...IMPURE_NAMES]),
  simulated: new Set(PORTED_NAMES),
  injected: new Set(["performance", "globalThis", "Temporal"]),
  free: new Set(),
};

/** Methods whose answer depends on the machine's language settings. */
const LOCALE_METHODS = new Set(["localeCompare", "toLocaleString", "toLocaleLowerCase", "toLocaleUpperCase"]);

const RANDOM_FUNCTIONS = new Set(["randomUUID", "randomUUIDv7", "randomBytes", "randomInt", "getRandomValues"]);

/** Names of clocks, dice and globals in a source that `rule` forbids there. */
export function ambientUses(program: SyntaxNode, rule: AmbientRule): readonly AmbientUse[] {
  if (rule === "free") return [];
  const uses: AmbientUse[] = [];
  walk(program, (node, parent, fieldOfParent) => {
    const what = use(node, parent, fieldOfParent, rule);
    if (what !== undefined) uses.push({ what, offset: node.start });
  });
  return uses;
}

function use(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  fieldOfParent: string,
  rule: AmbientRule,
): string | undefined {
  if (node.type === "MetaProperty") return rule === "pure" ? "import.meta" : undefined;
  const name = identifierName(node);
  if (name === undefined) return undefined;
  if (RANDOM_FUNCTIONS.has(name)) return name;
  if (isOnlyAName(parent, fieldOfParent)) return rule === "pure" && LOCALE_METHODS.has(name) ? name : undefined;
  if (FORBIDDEN_NAMES[rule].has(name)) return name;
  if (name === "Math") return mathUse(parent, fieldOfParent);
  if (name === "AbortSignal" && rule !== "injected") {
    return memberOf(parent, fieldOfParent) === "timeout" ? "AbortSignal.timeout" : undefined;
  }
  return name === "Date" ? dateUse(parent, fieldOfParent) : undefined;
}

/** `Math` may be asked for a named function other than `random`; handed on whole, nobody sees what is asked. */
function mathUse(parent: SyntaxNode | undefined, fieldOfParent: string): string | undefined {
  const member = memberOf(parent, fieldOfParent);
  if (member === undefined) return "an alias of Math";
  return member === "random" ? "Math.random" : undefined;
}

/** A given instant may be formatted: `new Date(at)`, `Date.UTC(…)`, the type. What asks for the present may not. */
function dateUse(parent: SyntaxNode | undefined, fieldOfParent: string): string | undefined {
  if (parent === undefined) return undefined;
  if (parent.type.startsWith("TS")) return undefined;
  const member = memberOf(parent, fieldOfParent);
  if (member !== undefined) return member === "UTC" || member === "parse" ? undefined : `Date.${member}`;
  if (parent.type === "NewExpression" && fieldOfParent === "callee") {
    const list = field(parent, "arguments");
    return Array.isArray(list) && list.length > 0 ? undefined : "new Date()";
  }
  if (parent.type === "BinaryExpression" && field(parent, "operator") === "instanceof") return undefined;
  return parent.type === "CallExpression" && fieldOfParent === "callee" ? "Date()" : "an alias of Date";
}

/** `x` in `object.x` when `object` is the node in question. */
function memberOf(parent: SyntaxNode | undefined, fieldOfParent: string): string | undefined {
  if (parent?.type !== "MemberExpression" || fieldOfParent !== "object") return undefined;
  return field(parent, "computed") === true ? undefined : identifierName(field(parent, "property"));
}

/** Whether an identifier in this place is a key, a member or a label: a name that reads nothing. */
function isOnlyAName(parent: SyntaxNode | undefined, fieldOfParent: string): boolean {
  if (!isNode(parent)) return false;
  switch (parent.type) {
    case "MemberExpression":
      return fieldOfParent === "property" && field(parent, "computed") !== true;
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
    case "AccessorProperty":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractPropertyDefinition":
    case "TSAbstractMethodDefinition":
      return fieldOfParent === "key" && field(parent, "computed") !== true;
    case "ImportSpecifier":
      return fieldOfParent === "imported";
    case "ExportSpecifier":
      return fieldOfParent === "exported";
    case "TSQualifiedName":
      return fieldOfParent === "right";
    case "TSImportType":
      return fieldOfParent === "qualifier";
    case "MetaProperty":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "TSNamedTupleMember":
      return fieldOfParent === "label" || parent.type === "MetaProperty";
    default:
      return false;
  }
}
