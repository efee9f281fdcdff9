import { digestOf, idempotencyKey, located, parseId, type JournalEvent, type RunState } from "@writ/core";
import { testHasher } from "../build/hasher.ts";
import { modeOf, type ApprovalBook, type Entered } from "./approval-book.ts";
import { runsFreely } from "./catalogue.ts";
import type { Premises } from "./premises.ts";
import { demand } from "./violation.ts";

type Started = Extract<JournalEvent, { type: "step_started" }>;

/** Every attempt of a run, from the facts alone. */
export class StartBook {
  readonly #keys = new Map<string, string>();
  readonly #attempts = new Set<string>();

  keyOf(step: string): string | null {
    return this.#keys.get(step) ?? null;
  }

  note(fact: JournalEvent): void {
    if (fact.type !== "step_started") return;
    this.#keys.set(fact.step, fact.idempotency_key);
    this.#attempts.add(`${fact.step}#${fact.attempt}`);
  }

  /** @throws Violation for a call that must not be sent */
  check(state: RunState, fact: Started, entered: Entered, approvals: ApprovalBook, premises: Premises): void {
    const name = `${fact.step}#${fact.attempt}`;
    demand(!this.#attempts.has(name), "attempt_starts_once", () => `${name} was started before`);
    demand(
      state.attempts.size < (state.settings?.width ?? 1),
      "width",
      () => `${name} starts beside ${state.attempts.size} others`,
    );
    const found = located(state, fact.step);
    demand(
      found?.step.kind === "tool" && found.step.tool === fact.tool,
      "started_as_planned",
      () => `${name} calls ${fact.tool}, which is not what the plan in force says`,
    );
    checkClosing(state, fact);
    checkKey(state, fact);
    checkBudget(state, fact);
    if ("approval" in fact.authority) return checkGrant(fact, fact.authority, entered, approvals, premises);
    const gates = found?.step.kind === "tool" ? found.step.gates : [];
    demand(
      runsFreely(fact.tool, modeOf(state), gates),
      "gated_start_has_grant",
      () => `${name} (${fact.tool}) starts with nobody's grant in ${modeOf(state)}`,
    );
  }
}

/** The outcome is known: only taking back begins, or a call is asked again whose answer is needed for that. */
function checkClosing(state: RunState, { step, attempt }: Started): void {
  const isTakenBack = state.status === "undoing" && step.startsWith("undo/");
  const isAskedAgain = attempt > 1 && state.status === "working";
  demand(
    state.closing === null || isTakenBack || isAskedAgain,
    "closing_starts_nothing",
    () => `${step}#${attempt} starts while the run is closing`,
  );
  demand(
    state.closing?.forced !== true,
    "closing_starts_nothing",
    () => `${step}#${attempt} starts after the end was forced`,
  );
}

function checkKey(state: RunState, fact: Started): void {
  const run = parseId("run", state.run);
  const secret = state.keySecret;
  if (!run.ok || secret === null) return;
  const argsHash = digestOf(testHasher, fact.args.json());
  const key = idempotencyKey(testHasher, secret.raw(), {
    argsHash,
    occurrence: fact.occurrence,
    root: run.value,
    tenant: state.tenant,
    tool: fact.tool,
  });
  demand(
    key === fact.idempotency_key,
    "key_fits_arguments",
    () => `${fact.step} is sent under a key of other arguments`,
  );
  for (const other of state.attempts.values()) {
    const isTwin = other.key === key && state.rules.tools.get(fact.tool)?.spec.tier !== "read_only";
    demand(!isTwin, "one_call_per_key", () => `${fact.step} starts while ${other.step} is open under the same key`);
  }
}

function checkBudget({ limits, used, reserved }: RunState, { step, reserve }: Started): void {
  for (const dimension of ["steps", "tool_calls", "tokens", "cost_millicents", "wall_clock_ms"] as const) {
    const sum = used[dimension] + reserved[dimension] + reserve[dimension];
    demand(
      sum <= limits[dimension] || step.startsWith("undo/"),
      "start_within_budget",
      () => `${step} takes ${dimension} to ${sum} of ${limits[dimension]}`,
    );
  }
}

function checkGrant(
  fact: Started,
  authority: { readonly approval: string; readonly binding_hash: string },
  { at }: Entered,
  approvals: ApprovalBook,
  premises: Premises,
): void {
  const booked = approvals.get(authority.approval);
  const { step } = fact;
  demand(
    booked !== undefined && booked.grantedAt !== null,
    "gated_start_has_grant",
    () => `${step} starts under ${authority.approval}, which nobody granted`,
  );
  if (booked === undefined) return;
  const { binding } = booked;
  demand(
    booked.status === "granted",
    "grant_not_void",
    () => `${step} starts under ${authority.approval}, which is ${booked.status}`,
  );
  demand(
    at <= binding.expires_at_ms,
    "grant_unexpired",
    () => `${step} starts ${at - binding.expires_at_ms} ms after its grant expired`,
  );
  demand(
    booked.usedBy === null || booked.usedBy === fact.tool_call,
    "grant_used_once",
    () => `${authority.approval} serves a second call`,
  );
  demand(
    booked.bindingHash === authority.binding_hash,
    "grant_binding",
    () => `${step} names another binding than was granted`,
  );
  const isSame =
    binding.step === step &&
    binding.tool === fact.tool &&
    binding.idempotency_key === fact.idempotency_key &&
    binding.args_commit === fact.args.commit;
  demand(isSame, "grant_binding", () => `${step} sends something else than was approved`);
  const { tokens, tool_calls: calls, wall_clock_ms: time } = fact.reserve;
  demand(
    tokens <= binding.budget.tokens && calls <= binding.budget.tool_calls && time <= binding.budget.wall_clock_ms,
    "grant_binding",
    () => `${step} reserves more than was approved`,
  );
  premises.count(fact.attempt > 1 ? "gated starts, again" : "gated starts");
}
