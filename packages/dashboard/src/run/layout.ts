import { graphlib, layout as place } from "@dagrejs/dagre";

/** What a layout is made of: names and what comes before each. */
export interface LayoutAsk {
  readonly steps: readonly { readonly id: string; readonly needs: readonly string[] }[];
}

export interface Placed {
  readonly id: string;
  /** Left and top of the node, in px. */
  readonly x: number;
  readonly y: number;
}

/** Size of a node, in px. */
export const NODE = { width: 120, height: 58 } as const;

/** Places of nodes, left to right. */
export function layout({ steps }: LayoutAsk): readonly Placed[] {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 34, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of steps) graph.setNode(id, { ...NODE });
  const known = new Set(steps.map(({ id }) => id));
  for (const { id, needs } of steps) for (const need of needs) if (known.has(need)) graph.setEdge(need, id);
  place(graph);
  return steps.map(({ id }) => {
    const { x, y } = centreOf(graph.node(id));
    return { id, x: x - NODE.width / 2, y: y - NODE.height / 2 };
  });
}

/** The library leaves it untyped what it wrote into a node. */
function centreOf(node: unknown): { readonly x: number; readonly y: number } {
  const isPlaced = typeof node === "object" && node !== null && "x" in node && "y" in node;
  return isPlaced ? { x: Number(node.x), y: Number(node.y) } : { x: 0, y: 0 };
}
