/** A step as far as its place in a plan goes. */
export interface Placed {
  readonly name: string;
  readonly needs: readonly string[];
}

/** Where a step stands among those that run together with it. */
export type Bracket = "alone" | "member" | "last";

export interface OrderedStep<S extends Placed> {
  readonly step: S;
  readonly bracket: Bracket;
  /** Dependencies the drawing does not say: whatever is not exactly the rows right above. */
  readonly after: readonly string[];
}

/**
 * A plan in rows: what may run together stands in one bracket, and a row waits
 * for everything in the bracket above it. Any other dependency is written out.
 * A name that no step has is written out as well.
 */
export function planOrder<S extends Placed>(steps: readonly S[]): readonly OrderedStep<S>[] {
  const layers = planLayers(steps);
  const places = new Map(layers.flatMap((layer, depth) => layer.map((step) => [step.name, { step, depth }] as const)));
  return layers.flatMap((layer, depth) =>
    layer.map((step, index) => ({
      step,
      bracket: layer.length === 1 ? "alone" : index === layer.length - 1 ? "last" : "member",
      after: writtenOut(step, layers[depth - 1] ?? [], places),
    })),
  );
}

/**
 * Steps that may run together, layer by layer, in the plan's order within each.
 * Steps of a cycle, which a verified plan never has, stand last.
 */
export function planLayers<S extends Placed>(steps: readonly S[]): readonly (readonly S[])[] {
  const dependents = new Map<string, S[]>(steps.map((step) => [step.name, []]));
  const missing = new Map<string, number>();
  for (const step of steps) {
    const known = [...new Set(step.needs)].filter((name) => dependents.has(name));
    missing.set(step.name, known.length);
    for (const name of known) dependents.get(name)?.push(step);
  }
  const position = new Map(steps.map((step, index) => [step.name, index]));
  const layers: (readonly S[])[] = [];
  let layer: readonly S[] = steps.filter((step) => missing.get(step.name) === 0);
  const placed = new Set<string>();
  while (layer.length > 0) {
    layers.push(layer);
    for (const step of layer) placed.add(step.name);
    const next: S[] = [];
    for (const dependent of layer.flatMap((step) => dependents.get(step.name) ?? [])) {
      const left = (missing.get(dependent.name) ?? 0) - 1;
      missing.set(dependent.name, left);
      if (left === 0) next.push(dependent);
    }
    layer = next.toSorted((a, b) => (position.get(a.name) ?? 0) - (position.get(b.name) ?? 0));
  }
  const circular = steps.filter((step) => !placed.has(step.name));
  return circular.length === 0 ? layers : [...layers, circular];
}

type Places = ReadonlyMap<string, { readonly step: Placed; readonly depth: number }>;

function writtenOut(step: Placed, above: readonly Placed[], places: Places): readonly string[] {
  const direct = withoutImplied([...new Set(step.needs)], places);
  const names = new Set(above.map((other) => other.name));
  const isTheRowAbove = direct.length === names.size && direct.every((name) => names.has(name));
  return isTheRowAbove ? [] : direct;
}

/** Leaves out what another of the needs waits for anyway. */
function withoutImplied(needs: readonly string[], places: Places): readonly string[] {
  const depthOf = (name: string): number => places.get(name)?.depth ?? -1;
  const deepest = Math.max(-1, ...needs.map(depthOf));
  if (needs.every((name) => depthOf(name) === deepest)) return needs;
  const implied = new Set<string>();
  const queue = [...needs];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const earlier of places.get(name)?.step.needs ?? []) {
      if (implied.has(earlier) || depthOf(earlier) >= depthOf(name)) continue;
      implied.add(earlier);
      queue.push(earlier);
    }
  }
  return needs.filter((name) => !implied.has(name));
}
