/** Holds the sources against the table of layers: `node scripts/check-layers.ts [root]`. */
import { existsSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, normalize, resolve } from "node:path";

import { ambientUses } from "./ambient.ts";
import { importSites, type ImportSite } from "./imports.ts";
import { isRecord, readRecord } from "./json-file.ts";
import { ambientRuleOf, layerOf, ONLY_FROM, reach, type PackageLayer } from "./layers.ts";
import { conclude } from "./report.ts";
import { readSourceTree, type SourceFile } from "./source-tree.ts";
import { lineAt } from "./syntax.ts";

/** What is wrong, and where: `path:line`. */
export interface LayerProblem {
  readonly place: string;
  readonly message: string;
}

export function checkLayers(root: string): readonly LayerProblem[] {
  const files = readSourceTree(root);
  return [...files.flatMap((file) => problemsOf(file, root)), ...cycles(files)];
}

function problemsOf(file: SourceFile, root: string): LayerProblem[] {
  const layer = layerOf(file.packageName);
  if (layer === undefined)
    return [{ place: file.path, message: `package ${file.packageName} is not in the table of layers` }];
  if (file.isTest) return [];
  const at = (offset: number, message: string): LayerProblem => ({
    place: `${file.path}:${lineAt(file.text, offset)}`,
    message,
  });
  const libraries = layer.libraries === "declared" ? declaredLibraries(root, file.packageName) : layer.libraries;
  const imports = importSites(file.program).flatMap((site) => {
    const message = objection(site, file, layer, libraries);
    return message === undefined ? [] : [at(site.offset, message)];
  });
  const ambient = ambientUses(file.program, ambientRuleOf(file.path, layer)).map(({ what, offset }) =>
    at(offset, `${what} may not be used in ${file.packageName}`),
  );
  return [...placement(file, layer), ...imports, ...ambient];
}

function placement(file: SourceFile, layer: PackageLayer): LayerProblem[] {
  if (file.room !== "" && layer.rooms !== "free" && !Object.hasOwn(layer.rooms, file.room)) {
    return [{ place: file.path, message: `room ${file.room} of ${file.packageName} is not in the table of layers` }];
  }
  if (file.room !== "" && file.path.endsWith("/index.ts")) {
    return [{ place: file.path, message: "a barrel below the package; import the files themselves" }];
  }
  return [];
}

/** Why this import is not allowed, or `undefined`. */
function objection(
  site: ImportSite,
  file: SourceFile,
  layer: PackageLayer,
  libraries: readonly string[],
): string | undefined {
  const { specifier } = site;
  if (specifier === undefined) return "imports a computed name, which hides an edge";
  if (specifier.startsWith(".")) return relativeObjection(specifier, file, layer);
  if (specifier.startsWith("@writ/")) return packageObjection(specifier, file, layer);
  const builtin = specifier.replace(/^node:/, "");
  if (specifier.startsWith("node:") || builtinModules.includes(builtin))
    return builtinObjection(specifier, builtin, file, layer);
  const library = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  return libraries.includes(library) ? undefined : `${file.packageName} may not import the library ${library}`;
}

function relativeObjection(specifier: string, file: SourceFile, layer: PackageLayer): string | undefined {
  const target = targetOf(specifier, file);
  const [, packageName, source, room, ...below] = target.split("/");
  if (target === `packages/${file.packageName}/package.json`) return undefined;
  if (packageName !== file.packageName || source !== "src") return `leaves its package by path: ${specifier}`;
  if (/\.(test|sim)\.tsx?$/.test(target)) return `production code imports a test: ${specifier}`;
  const targetRoom = below.length === 0 || room === undefined ? "" : room;
  if (file.room === "" || targetRoom === file.room || layer.rooms === "free") return undefined;
  if (targetRoom === "") return `imports the package's own entry: ${specifier}`;
  return reach(layer, file.room).has(targetRoom) ? undefined : `room ${file.room} may not import room ${targetRoom}`;
}

function packageObjection(specifier: string, file: SourceFile, layer: PackageLayer): string | undefined {
  const [, packageName = "", ...rest] = specifier.split("/");
  const subpath = rest.join("/");
  if (packageName === file.packageName) return `imports its own package by name: ${specifier}`;
  if (packageName === "testkit") return "the testkit is for tests";
  const target = layerOf(packageName);
  if (target === undefined) return `package ${packageName} is not in the table of layers`;
  if (!layer.packages.includes(packageName)) return `${file.packageName} may not import ${packageName}`;
  if (subpath !== "" && layer.seesInside !== true && !target.subpaths.some((pattern) => matches(pattern, subpath))) {
    return `imports past the entry of ${packageName}: ${specifier}`;
  }
  const reserved = ONLY_FROM.find((rule) => isBelow(specifier, rule.target) && !rule.importers.test(file.path));
  return reserved?.because;
}

function builtinObjection(specifier: string, name: string, file: SourceFile, layer: PackageLayer): string | undefined {
  if (!specifier.startsWith("node:")) return `write node:${name}`;
  if (layer.node === "none") return `${file.packageName} may not import ${specifier}`;
  if (layer.node !== "all" && layer.node.except.includes(name))
    return `${file.packageName} may not import ${specifier}`;
  return undefined;
}

function matches(pattern: string, subpath: string): boolean {
  return pattern.endsWith("*") ? subpath.startsWith(pattern.slice(0, -1)) : pattern === subpath;
}

function isBelow(specifier: string, target: string): boolean {
  return specifier === target || specifier.startsWith(`${target}/`);
}

function targetOf(specifier: string, file: SourceFile): string {
  return normalize(join(dirname(file.path), specifier)).replaceAll("\\", "/");
}

function declaredLibraries(root: string, packageName: string): readonly string[] {
  const path = join(root, "packages", packageName, "package.json");
  if (!existsSync(path)) return [];
  const kinds = new Set(["dependencies", "optionalDependencies", "peerDependencies"]);
  return Object.entries(readRecord(path))
    .filter(([kind]) => kinds.has(kind))
    .flatMap(([, listed]) => (isRecord(listed) ? Object.keys(listed) : []));
}

/** Every knot of files that import each other in a circle, types included. Tarjan's strongly connected components. */
function cycles(files: readonly SourceFile[]): LayerProblem[] {
  const production = files.filter(({ isTest }) => !isTest);
  const known = new Set(production.map(({ path }) => path));
  const edges = new Map(production.map((file) => [file.path, neighbours(file, known)]));
  return knots(edges).map((knot) => {
    const cycle = shortestCycle(knot, edges);
    const others = knot.length > cycle.length ? ` (${knot.length} files reach each other)` : "";
    return { place: cycle[0] ?? "", message: `a cycle of imports: ${[...cycle, cycle[0]].join(" -> ")}${others}` };
  });
}

/** The shortest way back to itself that any file of a knot has: the one to break first. */
function shortestCycle(knot: readonly string[], edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const inKnot = new Set(knot);
  let shortest = knot;
  for (const start of knot) {
    const ways = [[start]];
    const seen = new Set<string>();
    for (let way = ways.shift(); way !== undefined && way.length < shortest.length; way = ways.shift()) {
      const next = (edges.get(way.at(-1) ?? start) ?? []).filter((node) => inKnot.has(node));
      if (next.includes(start)) shortest = way;
      else ways.push(...next.filter((node) => !seen.has(node)).map((node) => [...way, node]));
      for (const node of next) seen.add(node);
    }
  }
  return shortest;
}

function neighbours(file: SourceFile, known: ReadonlySet<string>): readonly string[] {
  return importSites(file.program)
    .flatMap(({ specifier }) => (specifier?.startsWith(".") === true ? [targetOf(specifier, file)] : []))
    .filter((target) => known.has(target));
}

function knots(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      else if (!stack.includes(next)) continue;
      low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const knot = stack.splice(stack.indexOf(node));
    if (knot.length > 1 || (edges.get(node) ?? []).includes(node)) found.push(knot);
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found;
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
  const problems = checkLayers(root).map(({ place, message }) => `${place}  ${message}`);
  conclude(problems, "the layers hold");
}
