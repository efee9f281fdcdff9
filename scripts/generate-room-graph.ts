/** Draws the rooms and who imports whom into ARCHITECTURE.md: `node scripts/generate-room-graph.ts [--check]`. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";

import { importSites } from "./imports.ts";
import { readSourceTree, type SourceFile } from "./source-tree.ts";

const BEGIN = "<!-- rooms: drawn by `npm run generate` from the imports; do not edit -->";
const END = "<!-- /rooms -->";

/**
 * The imports of production code as a Mermaid graph of rooms. An edge that a
 * longer way already implies is left out, so the picture shows the order and
 * not every use of `base`.
 */
export function drawRooms(files: readonly SourceFile[]): string {
  const edges = roomEdges(files);
  const rooms = [...new Set([...edges.keys(), ...[...edges.values()].flatMap((targets) => [...targets])])].toSorted();
  const packages = [...new Set(rooms.map((room) => packageOf(room)))].toSorted();
  const boxes = packages.flatMap((name) => [
    `  subgraph ${name}`,
    ...rooms.filter((room) => packageOf(room) === name).map((room) => `    ${nodeName(room)}["${roomTitle(room)}"]`),
    "  end",
  ]);
  const arrows = rooms.flatMap((room) =>
    [...(edges.get(room) ?? [])]
      .filter((target) => !isImplied(room, target, edges))
      .toSorted()
      .map((target) => `  ${nodeName(room)} --> ${nodeName(target)}`),
  );
  return ["```mermaid", "graph TD", ...boxes, ...arrows, "```"].join("\n");
}

/** Puts the drawing between the markers of a document. */
export function withRooms(document: string, drawing: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from === -1 || to < from) throw new Error(`ARCHITECTURE.md has no place for the graph: ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${drawing}\n\n${document.slice(to)}`;
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

function roomEdges(files: readonly SourceFile[]): Edges {
  const edges = new Map<string, Set<string>>();
  for (const file of files) {
    if (file.isTest) continue;
    const from = roomOf(file.path);
    const targets = edges.get(from) ?? new Set();
    edges.set(from, targets);
    for (const { specifier } of importSites(file.program)) {
      const target = specifier === undefined ? undefined : targetRoom(specifier, file);
      if (target !== undefined && target !== from) targets.add(target);
    }
  }
  return edges;
}

function targetRoom(specifier: string, file: SourceFile): string | undefined {
  if (specifier.startsWith(".")) return roomOf(normalize(join(dirname(file.path), specifier)));
  const [scope, packageName, ...rest] = specifier.split("/");
  if (scope !== "@writ" || packageName === undefined) return undefined;
  return roomOf(`packages/${packageName}/src/${rest.length === 0 ? "index.ts" : `${rest.join("/")}.ts`}`);
}

/** `core/plan` for a file in that folder, `core` for one that lies in the package's `src` itself. */
function roomOf(path: string): string {
  const [, packageName = "", , room, ...below] = path.split("/");
  return below.length === 0 ? packageName : `${packageName}/${room}`;
}

function packageOf(room: string): string {
  return room.split("/")[0] ?? room;
}

function roomTitle(room: string): string {
  return room.includes("/") ? (room.split("/")[1] ?? room) : "(entry)";
}

function nodeName(room: string): string {
  return room.includes("/") ? room.replaceAll(/[^a-z0-9]/g, "_") : `${room}_entry`;
}

/** Whether `target` can be reached from `room` by a way of two steps or more. */
function isImplied(room: string, target: string, edges: Edges): boolean {
  const seen = new Set<string>([room]);
  const visit = (node: string): boolean => {
    if (node === target) return true;
    if (seen.has(node)) return false;
    seen.add(node);
    return [...(edges.get(node) ?? [])].some((next) => visit(next));
  };
  return [...(edges.get(room) ?? [])].some((next) => next !== target && visit(next));
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const path = join(root, "ARCHITECTURE.md");
  const document = readFileSync(path, "utf8");
  const fresh = withRooms(document, drawRooms(readSourceTree(root)));
  if (process.argv.includes("--check")) {
    if (fresh !== document) {
      console.log("ARCHITECTURE.md shows another graph than the imports make; run `npm run generate`");
      process.exitCode = 1;
    }
  } else if (fresh !== document) {
    writeFileSync(path, fresh);
    console.log("ARCHITECTURE.md: graph drawn again");
  }
}
