/** Scenarios that the product must show. @see the acceptance lists of the digests */
export const REQUIRED: readonly string[] = [
  ...numbered("P", [1, 11], [20, 28], [30, 31], [40, 47], [49, 49], [60, 61], [63, 64], [66, 67], [69, 70]),
  "X04",
  ...numbered("AS-", [1, 9], [11, 12], [15, 24], [26, 32], [34, 43]),
  ...["AS-43b", "AS-43c", "AS-43d"],
];

/** A clause of a scenario that no test shows yet, and why. */
export interface Deferred {
  readonly id: string;
  readonly clause: string;
  readonly because: string;
}

export const DEFERRED: readonly Deferred[] = [
  {
    id: "P27",
    clause: "comms.send_message",
    because: "no tool that sends ships yet; a test tool marked always-approve has its name",
  },
  {
    id: "P63",
    clause: "on W3",
    because: "W3 needs a vector index, which does not ship; shown on W1, which writes the same way",
  },
  { id: "P64", clause: "W11, W13, W14", because: "they need SQL and episode tools, which do not ship; shown on W4" },
  {
    id: "AS-03",
    clause: "decision bindings",
    because: "verification of decision checkpoints needs the catalogue of decisions",
  },
  { id: "AS-15", clause: "span counts", because: "no span tells the passes; the verdict carries its strictness" },
  { id: "AS-21", clause: "answers session_terminal", because: "runs answer approval_already_decided (R4)" },
  {
    id: "AS-40",
    clause: "span event and metric",
    because: "no span and no figure of its own tells a loop that was stopped; record and verdict carry the reason",
  },
];

function numbered(prefix: string, ...ranges: readonly (readonly [number, number])[]): readonly string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${String(from + index).padStart(2, "0")}`),
  );
}
