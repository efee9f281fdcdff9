/** Scenarios that the product must show. @see the acceptance lists of the digests */
export const REQUIRED: readonly string[] = [
  ...numbered("P", [1, 5], [9, 11], [20, 27], [30, 31], [40, 47], [49, 49], [60, 61], [63, 64], [66, 67]),
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
  { id: "P02", clause: "answers 422", because: "comes with the HTTP API; the command line answers exit 4" },
  { id: "P03", clause: "answers 422", because: "comes with the HTTP API; the command line answers exit 2" },
  {
    id: "P20",
    clause: "GET /approvals lists it",
    because: "comes with the HTTP API; the list is read from the same view",
  },
  { id: "P25", clause: "answers 409", because: "comes with the HTTP API; the command line answers exit 1" },
  { id: "P26", clause: "webhook call", because: "webhooks come with the API; the notifier port is what they stand on" },
  {
    id: "P27",
    clause: "comms.send_message",
    because: "no tool that sends ships yet; a test tool marked always-approve has its name",
  },
  { id: "P45", clause: "budget alert metric", because: "metrics come with the API" },
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
  { id: "AS-15", clause: "span counts", because: "spans come with telemetry; the verdict carries its strictness" },
  { id: "AS-21", clause: "answers session_terminal", because: "runs answer approval_already_decided (R4)" },
  {
    id: "AS-40",
    clause: "span event and metric",
    because: "come with telemetry; record and verdict carry the reason",
  },
];

function numbered(prefix: string, ...ranges: readonly (readonly [number, number])[]): readonly string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${String(from + index).padStart(2, "0")}`),
  );
}
