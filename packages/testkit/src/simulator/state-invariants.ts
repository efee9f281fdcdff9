import {
  activeScope,
  canSettle,
  DIMENSIONS,
  isHeld,
  plus,
  NOTHING,
  WHOLE_PLAN,
  type RunState,
  type Sealer,
} from "@writ/core";
import { toolNamed } from "./catalogue.ts";
import type { CoreFunctions } from "./core-functions.ts";
import type { Premises } from "./premises.ts";
import { demand } from "./violation.ts";

/** What must hold of a state between two entries. @throws Violation */
export function checkState(state: RunState, core: CoreFunctions, seal: Sealer, premises: Premises): void {
  const says = core.canSettle(state);
  const gives = core.settle(state, seal);
  demand(says === gives.length > 0, "can_settle_agrees", () => `canSettle says ${says}, settle gives ${gives.length}`);
  checkCounts(state);
  checkReserve(state);
  checkConsumed(state);
  checkGates(state);
  checkAttempts(state);
  checkReady(state);
  checkTimers(state);
  checkAwaited(state, premises);
}

function checkCounts(state: RunState): void {
  const steps = [...state.steps.values()];
  const doubts = steps.filter(({ status }) => status === "in_doubt").length;
  demand(doubts === state.doubts, "doubts_counted", () => `${doubts} steps are in doubt, ${state.doubts} are counted`);
  const reviews = steps.filter(({ status }) => status === "review").length;
  demand(
    reviews === state.reviews,
    "reviews_counted",
    () => `${reviews} steps are in review, ${state.reviews} are counted`,
  );
  const opening = [...state.gates.values()].filter(({ status }) => status === "opening").length;
  demand(
    opening === state.opening,
    "opening_counted",
    () => `${opening} gates are opening, ${state.opening} are counted`,
  );
  const busy = state.attempts.size + state.opening;
  demand(busy <= (state.settings?.width ?? 1), "width", () => `${busy} at once`);
}

/** What is reserved is what open attempts reserved, to the last unit. */
function checkReserve({ attempts, reserved, status }: RunState): void {
  const sum = [...attempts.values()].reduce((total, attempt) => plus(total, attempt.reserve), NOTHING);
  for (const dimension of DIMENSIONS) {
    demand(
      sum[dimension] === reserved[dimension],
      "reservations_settled",
      () => `${reserved[dimension]} ${dimension} are reserved, open attempts account for ${sum[dimension]}`,
    );
  }
  demand(status !== "ended" || attempts.size === 0, "ended_without_attempts", () => [...attempts.keys()].join(" "));
}

/** The first sending uses the grant up, in its own entry. */
function checkConsumed({ attempts, gates }: RunState): void {
  for (const { step } of attempts.values()) {
    demand(
      !gates.has(step),
      "grant_consumed",
      () => `${step} has started, and its gate is still ${gates.get(step)?.status}`,
    );
  }
}

function checkGates(state: RunState): void {
  for (const gate of state.gates.values()) {
    if (gate.step === WHOLE_PLAN) {
      demand(!state.opened, "gates_have_steps", () => "the plan has begun, and its own gate is still there");
      continue;
    }
    const at = state.steps.get(gate.step);
    const scope = at === undefined ? undefined : state.scopes.get(at.scope);
    const isOpen = scope !== undefined && !scope.closed && scope.paths[at?.index ?? -1] === gate.step;
    demand(isOpen, "gates_have_steps", () => `${gate.step} is gone, and its gate is ${gate.status}`);
    const fits =
      gate.status === "granted" ? at?.status === "ready" || at?.status === "queued" : at?.status === "gating";
    demand(fits, "gates_have_steps", () => `${gate.step} is ${at?.status}, and its gate is ${gate.status}`);
  }
  for (const { path, status } of state.steps.values()) {
    demand(
      status !== "gating" || state.gates.has(path) || state.status === "planning",
      "gates_have_steps",
      () => `${path} waits at a gate that is not there`,
    );
  }
}

/** Each attempt has one piece of work; each piece of work about an attempt has it. */
function checkAttempts(state: RunState): void {
  const perAttempt = new Map<string, number>();
  for (const effect of state.work.values()) {
    if (!("attempt" in effect)) continue;
    const name = `${effect.step}#${effect.attempt}`;
    perAttempt.set(name, (perAttempt.get(name) ?? 0) + 1);
    demand(
      state.attempts.get(effect.step)?.number === effect.attempt,
      "one_effect_per_attempt",
      () => `${effect.type} of ${name}, which is over`,
    );
  }
  for (const { step, number, tool, key } of state.attempts.values()) {
    const works = perAttempt.get(`${step}#${number}`) ?? 0;
    demand(works === 1, "one_effect_per_attempt", () => `${step}#${number} has ${works} pieces of work`);
    demand(
      state.steps.get(step)?.status === "running",
      "attempts_run",
      () => `${step} has an attempt and is ${state.steps.get(step)?.status}`,
    );
    demand(
      toolNamed(tool)?.tier === "read_only" || state.open.get(key) === step,
      "open_calls_known",
      () => `${step} is open under a key that leads to ${state.open.get(key)}`,
    );
  }
  demand(
    state.open.size <= state.attempts.size,
    "open_calls_known",
    () => `${state.open.size} open keys for ${state.attempts.size} attempts`,
  );
}

/** Whatever is ready may be entered: its block is the one that runs, and it is not over. */
function checkReady(state: RunState): void {
  const scope = activeScope(state);
  for (const path of state.ready.values()) {
    const at = state.steps.get(path);
    demand(at?.status === "ready", "ready_is_ready", () => `${path} waits to be entered and is ${at?.status}`);
    const isActive = scope !== null && at?.scope === scope.path;
    demand(
      isActive || state.status === "planning" || state.status === "ended",
      "ready_in_active_block",
      () => `${path} waits to be entered in a block that does not run`,
    );
  }
}

function checkTimers(state: RunState): void {
  for (const [key] of state.timers.entries()) {
    const path = key.slice(key.indexOf(":") + 1);
    if (key.startsWith("gate:"))
      demand(state.gates.get(path)?.status === "open", "timers_have_subjects", () => `${key} is set`);
    if (key.startsWith("retry:"))
      demand(
        state.steps.get(path)?.status === "waiting",
        "timers_have_subjects",
        () => `${key} is set, and the step is ${state.steps.get(path)?.status}`,
      );
  }
  demand(
    state.status !== "ended" || state.timers.size === 0,
    "timers_have_subjects",
    () => "the run has ended, and a timer is set",
  );
}

/** A run that has not ended knows what it waits for. */
function checkAwaited(state: RunState, premises: Premises): void {
  if (state.status === "ended") {
    demand(state.work.size === 0, "ended_without_work", () => [...state.work.keys()].join(" "));
    return;
  }
  const isAwaiting =
    state.work.size > 0 ||
    state.gates.size > 0 ||
    isHeld(state) ||
    state.timers.entries().some(([key]) => key.startsWith("retry:"));
  demand(
    isAwaiting || canSettle(state),
    "awaits_something",
    () => `the run is ${state.status}, and nothing is awaited`,
  );
  if (state.closing !== null && state.attempts.size > 0) premises.count("closing with open attempts");
  if (state.draining !== null && state.attempts.size > 0) premises.count("draining with open attempts");
}
