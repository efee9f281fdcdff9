import * as z from "zod";
import { BOUNDS_S, COUNTERS, HISTOGRAMS } from "../record/measures.ts";
import { RUN_STATUSES } from "../run/statuses.ts";
import { TASK_STATES } from "../record/task-state.ts";
import { count, instant } from "./scalar.ts";

const labels = z.record(z.string(), z.string());

const counterRow = z.strictObject({ name: namesOf(COUNTERS), labels, count });

const histogramRow = z.strictObject({
  name: namesOf(HISTOGRAMS),
  labels,
  buckets: z
    .array(count)
    .length(BOUNDS_S.length + 1)
    .describe(`how many took up to ${BOUNDS_S.join(", ")} seconds and no longer than the bound before, and longer`),
  count,
  sum_ms: count,
});

const figures = z
  .strictObject({ counters: z.array(counterRow), histograms: z.array(histogramRow) })
  .describe("what was counted and timed; what is zero is left out");

const runs = z.record(z.enum(RUN_STATUSES), count).describe("how many runs are in each state");

/** Figures of a whole log: what is now the case, and what ever was. */
export const metricsForm = z.strictObject({
  log_size: count.describe("entries of the log"),
  runs,
  tasks: z.record(z.enum(TASK_STATES), count).describe("the same runs in four states"),
  approvals_waiting: count,
  totals: figures,
});

/** Figures hour by hour. */
export const metricsHoursForm = z.array(
  z
    .strictObject({ hour: instant, runs, approvals_waiting: count, figures })
    .describe("an hour in which something was written"),
);

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>) {
  const names: Name[] = [];
  for (const name in table) names.push(name);
  return z.enum(names);
}
