/**
 * Durable audited steps: the engine over the SQLite store with a tool that does
 * nothing, against plain commits of the very rows it leaves.
 */
import { chainPlan } from "../chain-plan.ts";
import { closeEngine, openEngine, runToRest } from "../bench-engine.ts";
import { inFolder } from "../folder.ts";
import { row } from "../harness.ts";
import { langGraphSteps } from "../langgraph.ts";
import { insertRaw, readRaw, type RawEntry } from "../raw-log.ts";

const RUNS = 16;
const STEPS = 100;
const SINGLE_RUNS = 4;
/** Steps that compile the engine before the clock starts; the inserts of the limit are compiled by SQLite. */
const WARM_STEPS = 100;

/** @returns steps a second, and the rows they left */
function stepsOf(runs: number, width: number): Promise<{ readonly rate: number; readonly rows: readonly RawEntry[] }> {
  return inFolder(async (folder) => {
    const bench = await openEngine(folder);
    const plan = chainPlan(STEPS);
    await Promise.all(Array.from({ length: RUNS }, () => runToRest(bench, chainPlan(WARM_STEPS))));
    const startedAt = performance.now();
    for (let run = 0; run < runs; run += width)
      await Promise.all(Array.from({ length: width }, () => runToRest(bench, plan)));
    const took = performance.now() - startedAt;
    await closeEngine(bench);
    return { rate: (runs * STEPS * 1_000) / took, rows: readRaw(bench.database) };
  });
}

/** Steps a second if their rows were only inserted, as many entries to a commit as there are runs at a time. */
async function rawStepsOf(runs: number, width: number, rows: readonly RawEntry[]): Promise<number> {
  const took = await inFolder(async (folder) => {
    const split = rows.length - runs * ENTRIES;
    const warmUp = { entries: rows.slice(0, split), group: RUNS, views: RUNS };
    return insertRaw(folder, { entries: rows.slice(split), group: width, views: width }, warmUp);
  });
  return (runs * STEPS * 1_000) / took;
}

/** Of one run: its start, then one a step. */
const ENTRIES = STEPS + 1;

const leftBy = new Map<number, readonly RawEntry[]>();

async function rowsOf(runs: number, width: number): Promise<readonly RawEntry[]> {
  const rows = leftBy.get(width) ?? (await stepsOf(runs, width)).rows;
  leftBy.set(width, rows);
  return rows;
}

for (const [name, runs, width, target] of [
  ["steps: durable and audited, 16 runs in parallel", RUNS, RUNS, 0.5],
  ["steps: durable and audited, one run at a time", SINGLE_RUNS, 1, 0.6],
] as const) {
  row({
    name,
    unit: "/s",
    compare: "ge",
    target,
    limit: async () => rawStepsOf(runs, width, await rowsOf(runs, width)),
    measure: async () => (await stepsOf(runs, width)).rate,
  });
}

row({
  name: "steps: 16 runs in parallel, against LangGraph.js with SqliteSaver",
  unit: "/s",
  compare: "ge",
  target: 10,
  limit: () => langGraphSteps({ threads: RUNS, width: RUNS, nodes: STEPS }),
  measure: async () => (await stepsOf(RUNS, RUNS)).rate,
});
