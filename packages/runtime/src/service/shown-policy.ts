import { epochMs, toRfc3339, type EpochMs, type JsonObject, type Lift } from "@writ/core";
import type { Config } from "../config/config.ts";
import { policyMatrix } from "./policy-matrix.ts";

/** What may run, what asks and what is refused, as programs see it. */
export function shownPolicy({ policy, ceiling }: Pick<Config, "policy" | "ceiling">, at: EpochMs) {
  const { modes, rows, plan } = policyMatrix(policy, at);
  const answers = (values: readonly string[]) =>
    Object.fromEntries(modes.map((mode, index) => [mode, values[index] ?? ""]));
  return {
    mode: policy.mode,
    ceiling,
    tools: policy.tools,
    hosts: policy.hosts,
    rules: policy.rules.map(({ id, effect, tool, when }) => ({ id, effect, tool, when })),
    lifts: policy.lifts.map(liftDocument),
    gates: policy.gates.map(({ id, role, quorum }) => ({ id, role, quorum })),
    matrix: { plan: answers(plan), ...Object.fromEntries(rows.map((row) => [row.tier, answers(row.answers)])) },
  };
}

/** A named exception as it stands in a configuration file. */
export function liftDocument({ id, tool, when, folder, expiresAtMs }: Lift): JsonObject {
  return {
    id,
    tool,
    ...(when === null ? {} : { when }),
    ...(folder === null ? {} : { folder }),
    ...(expiresAtMs === null ? {} : { expires: toRfc3339(epochMs(expiresAtMs)) }),
  };
}
