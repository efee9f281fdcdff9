/** Runs that wait for a person: what they cost meanwhile, and how soon they go on. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { systemClock } from "@writ/adapters/system/clock";
import { InvariantError, type JsonObject } from "@writ/core";
import type { Clock } from "@writ/runtime";

import { ANA, closeEngine, openEngine, runToRest, taskOf } from "../bench-engine.ts";
import { chainPlan } from "../chain-plan.ts";
import { inFolder } from "../folder.ts";
import { row } from "../harness.ts";

const WAITING = 2_000;
const AT_ONCE = 50;
const WAKES = 300;
const WARM_WAKES = 50;

/** A gate, then one step. */
const plan: JsonObject = chainPlan(2, "bench.step", 1);

setFlagsFromString("--expose-gc");
const collector: unknown = runInNewContext("gc");

function heapUsed(): number {
  if (typeof collector !== "function") throw new InvariantError("the collector is not exposed");
  Reflect.apply(collector, undefined, []);
  return process.memoryUsage().heapUsed;
}

interface Waiting {
  readonly bytesPerRun: number;
  readonly timers: number;
  readonly handles: number;
}

/** The system clock, and how many callbacks are outstanding. */
function countingClock(): { readonly clock: Clock; readonly armed: () => number } {
  const armed = new Set<symbol>();
  const after: Clock["after"] = (delay, run) => {
    const key = Symbol();
    armed.add(key);
    const stop = systemClock.after(delay, () => {
      armed.delete(key);
      run();
    });
    return () => {
      armed.delete(key);
      stop();
    };
  };
  return { clock: { now: () => systemClock.now(), after }, armed: () => armed.size };
}

function wait(): Promise<Waiting> {
  return inFolder(async (folder) => {
    const { clock, armed } = countingClock();
    const bench = await openEngine(folder, { clock });
    const startMany = async (count: number): Promise<void> => {
      for (let run = 0; run < count; run += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => runToRest(bench, plan)));
      }
    };
    await startMany(WAITING / 10);
    const before = { heap: heapUsed(), timers: armed(), handles: process.getActiveResourcesInfo().length };
    await startMany(WAITING);
    const heap = heapUsed();
    const timers = armed();
    const handles = process.getActiveResourcesInfo().length - before.handles;
    const [one] = await bench.store.views.runs({ statuses: ["awaiting_gate"], before: null, limit: 1 });
    await closeEngine(bench);
    if (one === undefined) throw new InvariantError("no run of the bench waits");
    return { bytesPerRun: Math.max(0, heap - before.heap) / WAITING, timers, handles };
  });
}

row({
  name: "waiting: heap of one run that waits, of 2,000",
  unit: "B",
  compare: "le",
  target: 256,
  measure: async () => (await wait()).bytesPerRun,
});

row({
  name: "waiting: timers and handles of 2,000 runs that wait",
  unit: "",
  compare: "le",
  target: 1,
  measure: async () => {
    const { timers, handles } = await wait();
    return timers + Math.max(0, handles);
  },
});

row({
  name: "waiting: from an approval to the next effect, p99",
  unit: "ms",
  compare: "le",
  target: 10,
  scaledBy: "commit",
  measure: () =>
    inFolder(async (folder) => {
      let called: () => void = () => undefined;
      const bench = await openEngine(folder, { onCall: (n) => n === 1 && called() });
      const waits: number[] = [];
      for (let wake = 0; wake < WARM_WAKES + WAKES; wake += 1) {
        const run = await bench.tasks.create(taskOf(plan), ANA);
        await bench.engine.resting(run);
        const [waiting] = await bench.approvals.list(["waiting"], run);
        const next = Promise.withResolvers<void>();
        called = next.resolve;
        const startedAt = performance.now();
        await Promise.all([
          bench.approvals.approve(waiting?.approval_id ?? "", ANA),
          next.promise.then(() => waits.push(performance.now() - startedAt)),
        ]);
        await bench.engine.resting(run);
      }
      await closeEngine(bench);
      return waits.slice(WARM_WAKES).toSorted((a, b) => a - b)[Math.floor(WAKES * 0.99)] ?? Number.NaN;
    }),
});
