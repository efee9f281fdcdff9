/** Member names of objects that are alike, in canonical order. */
export interface Shape {
  readonly names: readonly string[];
  /** What stands before each value: `{"a":`, then `,"b":`. */
  readonly heads: readonly string[];
}

interface Node {
  readonly next: Map<string, Node>;
  shape: Shape | null;
}

/**
 * Sorts the member names of objects of our own forms once for each order in
 * which such objects are made. For those only: foreign names have no end.
 */
export class Shapes {
  readonly #root: Node = { next: new Map(), shape: null };

  of(object: object): Shape {
    let node = this.#root;
    for (const name in object) node = node.next.get(name) ?? added(node, name);
    node.shape ??= shapeOf(object);
    return node.shape;
  }
}

function added(node: Node, name: string): Node {
  const made: Node = { next: new Map(), shape: null };
  node.next.set(name, made);
  return made;
}

function shapeOf(object: object): Shape {
  const names = Object.keys(object).toSorted();
  return { names, heads: names.map((name, index) => `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`) };
}
