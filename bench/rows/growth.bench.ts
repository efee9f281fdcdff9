/** What a step costs in a long plan against a short one: nothing may grow with the plan. */
import { statSync } from "node:fs";

import { chainPlan } from "../chain-plan.ts";
import { closeEngine, openEngine, runToRest } from "../bench-engine.ts";
import { inFolder } from "../folder.ts";
import { row } from "../harness.ts";

const SHORT = 10;
const LONG = 10_000;
/** Runs of the short plan; the first of them warm up what the long one warms up by itself. */
const SHORT_RUNS = 300;
const WARM_RUNS = 50;

interface StepCost {
  readonly cpuUs: number;
  readonly bytes: number;
}

function costOf(length: number, runs: number): Promise<StepCost> {
  return inFolder(async (folder) => {
    const bench = await openEngine(folder);
    const plan = chainPlan(length);
    for (let run = 0; run < WARM_RUNS; run += 1) await runToRest(bench, chainPlan(SHORT));
    const before = { cpu: process.cpuUsage(), bytes: bytesOf(bench.database) };
    for (let run = 0; run < runs; run += 1) await runToRest(bench, plan);
    const cpu = process.cpuUsage(before.cpu);
    await closeEngine(bench);
    const steps = length * runs;
    return { cpuUs: (cpu.user + cpu.system) / steps, bytes: (bytesOf(bench.database) - before.bytes) / steps };
  });
}

/** After a close, the database alone; before, what the write-ahead log has not handed over is missing. */
function bytesOf(database: string): number {
  return statSync(database).size;
}

const bytes = new Map<number, number>();

async function cpuOf(length: number, runs: number): Promise<number> {
  const cost = await costOf(length, runs);
  bytes.set(length, cost.bytes);
  return cost.cpuUs;
}

async function bytesOfStep(length: number, runs: number): Promise<number> {
  return bytes.get(length) ?? (await costOf(length, runs)).bytes;
}

row({
  name: "growth: processor time a step, plan of 10,000 against plans of 10",
  unit: "µs",
  compare: "le",
  target: 1.5,
  limit: () => cpuOf(SHORT, SHORT_RUNS),
  measure: () => cpuOf(LONG, 1),
});

row({
  name: "growth: bytes a step, plan of 10,000 against plans of 10",
  unit: "B",
  compare: "le",
  target: 1.1,
  limit: () => bytesOfStep(SHORT, SHORT_RUNS),
  measure: () => bytesOfStep(LONG, 1),
});
