import { err, ok, OPERATOR_GATE, type GateRule, type Result } from "@writ/core";

/** A gate as a file writes it; without a quorum it is that of the gate of this name, or one person. */
export interface WrittenGate {
  readonly id: string;
  readonly role: string;
  readonly quorum?: number | undefined;
}

/** A gate that is asked for as the gate of this name may not be. */
export interface LooserGate {
  readonly gate: WrittenGate;
  readonly known: GateRule;
}

/** The gates of the user's own configuration; the one that every workspace has is there unless it is written otherwise. */
export function ownGates(written: readonly WrittenGate[]): readonly GateRule[] {
  const gates = written.map(gateOf);
  return gates.some(({ id }) => id === OPERATOR_GATE.id) ? gates : [OPERATOR_GATE, ...gates];
}

/**
 * The gates with those of a workspace, which may add gates and demand more people at one there is.
 *
 * @returns an error for each that would be open to other people, or to fewer
 */
export function tightenedGates(
  base: readonly GateRule[],
  wanted: readonly WrittenGate[],
): Result<readonly GateRule[], readonly LooserGate[]> {
  const knownAs = new Map(base.map((gate) => [gate.id, gate]));
  const looser = wanted.flatMap((gate) => {
    const known = knownAs.get(gate.id);
    return known === undefined || isAsStrict(gate, known) ? [] : [{ gate, known }];
  });
  if (looser.length > 0) return err(looser);
  const asked = new Map(wanted.map((gate) => [gate.id, gate]));
  return ok([
    ...base.map((known) => ({ ...known, quorum: asked.get(known.id)?.quorum ?? known.quorum })),
    ...wanted.filter(({ id }) => !knownAs.has(id)).map(gateOf),
  ]);
}

function isAsStrict(gate: WrittenGate, known: GateRule): boolean {
  return gate.role === known.role && (gate.quorum ?? known.quorum) >= known.quorum;
}

function gateOf({ id, role, quorum = 1 }: WrittenGate): GateRule {
  return { id, role, quorum };
}
