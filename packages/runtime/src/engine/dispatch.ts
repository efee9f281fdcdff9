import {
  evidenceOf,
  EXECUTOR,
  gateCall,
  InvariantError,
  isJsonObject,
  isTaintedAt,
  located,
  mintId,
  neverSent,
  epochMs,
  OrchestratorError,
  PLAN_GATE,
  PLAN_START,
  preparePlan,
  settingsOf,
  stricterMode,
  type Actor,
  type Call,
  type Effect,
  type Json,
  type Request,
  type RunState,
  type Sealer,
  type Usage,
  plainJson,
} from "@writ/core";
import { previewJson, type Invocation, type Sent, type ToolGateway } from "../gateway/tool-gateway.ts";
import type { Secrets } from "../gateway/secrets.ts";
import type { Clock } from "../ports/clock.ts";
import type { Entropy } from "../ports/entropy.ts";
import type { Planner, Proposal } from "../ports/planner.ts";
import { ToolFailure, type Frozen } from "../ports/tool.ts";
import type { RunActor } from "./run-actor.ts";
import { planRequest } from "./plan-request.ts";

/** What work is done with. */
export interface Hands {
  readonly gateway: ToolGateway;
  readonly planner: Planner;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly secrets: Secrets;
  /** Running calls by `<run> <step>#<attempt>`, so that they can be stopped. */
  readonly stops: Map<string, AbortController>;
}

/** Does one piece of work and hands its outcome to the run. The only place where foreign errors become outcomes. */
export async function perform(hands: Hands, actor: RunActor, effect: Effect): Promise<void> {
  switch (effect.type) {
    case "invoke_tool":
      return invoke(hands, actor, effect);
    case "stop_attempt":
      return stop(hands, actor, effect);
    case "probe_attempt":
      return probe(hands, actor, effect);
    case "open_gate":
      return openGate(hands, actor, effect);
    case "approve_by_policy":
      return approve(actor, effect);
    case "propose_plan":
      return propose(hands, actor, effect);
  }
}

async function invoke(
  hands: Hands,
  actor: RunActor,
  { step, attempt }: Extract<Effect, { type: "invoke_tool" }>,
): Promise<void> {
  const invocation = invocationOf(actor.state, step);
  // It may have been stopped since: who stops it answers for it.
  const isWanted = actor.state.attempts.get(step)?.effect === "call";
  if (invocation === null || invocation.attempt !== attempt || !isWanted) return;
  const stopper = new AbortController();
  const name = callName(actor, step, attempt);
  hands.stops.set(name, stopper);
  try {
    await deliverSent(hands, actor, invocation, await hands.gateway.invoke(invocation, stopper.signal));
  } finally {
    // Not before its answer is folded: until then it is a call of this process.
    hands.stops.delete(name);
  }
}

async function deliverSent(hands: Hands, actor: RunActor, invocation: Invocation, sent: Sent): Promise<void> {
  const { step, attempt, authority } = invocation;
  const approval = "approval" in authority ? authority.approval : null;
  const moved =
    sent.kind === "moved"
      ? sent.field
      : sent.kind === "failed" && sent.failure === "evidence_stale" && sent.happened === "no"
        ? "evidence"
        : null;
  if (moved !== null && approval !== null) {
    await actor.deliver(() => ({ type: "evidence_moved", step, attempt, approval, field: moved }), EXECUTOR);
  } else if (sent.kind === "returned") {
    await actor.deliver(
      (seal) => ({
        type: "tool_returned",
        step,
        attempt,
        output: seal.json(sent.output),
        artifacts: Array.isArray(sent.artifacts) && sent.artifacts.length > 0 ? seal.json(sent.artifacts) : null,
        undo: sent.undo === null ? null : { tool: sent.undo.tool, args: seal.json(sent.undo.args) },
        usage: sent.usage,
      }),
      EXECUTOR,
    );
  } else if (sent.kind === "failed") {
    await actor.deliver(
      (seal) => ({
        type: "tool_failed",
        step,
        attempt,
        kind: sent.failure,
        happened: sent.happened,
        error: seal.text(sent.message),
        usage: sent.usage,
        jitter: jitter(hands.entropy),
      }),
      EXECUTOR,
    );
  }
}

/**
 * A call that is being stopped answers for itself. One that began and was stopped in the same entry, or before its
 * beginning was durable, was never sent; one that another process sent was answered for when the run was loaded.
 */
async function stop(hands: Hands, actor: RunActor, call: Extract<Effect, { type: "stop_attempt" }>): Promise<void> {
  const stopper = hands.stops.get(callName(actor, call.step, call.attempt));
  if (stopper !== undefined) return stopper.abort();
  await actor.deliver((seal) => neverSent(call, seal), EXECUTOR);
}

async function probe(
  hands: Hands,
  actor: RunActor,
  { step, attempt }: Extract<Effect, { type: "probe_attempt" }>,
): Promise<void> {
  const invocation = invocationOf(actor.state, step);
  if (invocation === null) return;
  const happened = await hands.gateway.probe(invocation, new AbortController().signal);
  await actor.deliver(() => ({ type: "attempt_probed", step, attempt, happened }), EXECUTOR);
}

async function openGate(
  hands: Hands,
  actor: RunActor,
  { step, round }: Extract<Effect, { type: "open_gate" }>,
): Promise<void> {
  const { state } = actor;
  const call = gateCall(state, step);
  if (call === null) return;
  try {
    const frozen = await freeze(hands, state, call);
    await actor.deliver((seal, now) => gateOpened(hands, now, call, round, frozen, seal), EXECUTOR);
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    const kind = error instanceof ToolFailure ? error.kind : "unknown";
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof OrchestratorError && error.code === "audit_unavailable") throw error;
    await actor.deliver((seal) => ({ type: "gate_failed", step, round, kind, error: seal.text(message) }), EXECUTOR);
  }
}

/** What a call would do now: by its tool, or for a gate of the plan itself, in words. */
export async function freeze(hands: Pick<Hands, "gateway">, state: RunState, call: Call): Promise<Frozen> {
  if (call.tool === PLAN_START || call.tool === PLAN_GATE) {
    const title =
      call.tool === PLAN_START
        ? `Start ${state.plan?.intent ?? "the plan"} with ${state.plan?.block.steps.length ?? 0} steps`
        : String(call.args["message"] ?? call.path);
    const args = call.tool === PLAN_START ? { steps: planLines(state), inputs: call.args["inputs"] ?? {} } : call.args;
    return { preview: { kind: "arguments", title, tool: call.tool, args: JSON.stringify(args, null, 2) }, live: {} };
  }
  return hands.gateway.freeze({ ...baseInvocation(state, call), attempt: 0 }, new AbortController().signal);
}

function planLines(state: RunState): readonly Json[] {
  return (state.plan?.block.steps ?? []).map((step) => ({
    id: step.id,
    ...(step.kind === "tool" ? { tool: step.tool, params: step.args.params } : { kind: step.kind }),
  }));
}

function gateOpened(hands: Hands, state: RunState, call: Call, round: number, frozen: Frozen, seal: Sealer) {
  const live = Object.entries(frozen.live).map(([name, value]) => ({
    ref: `live:${call.tool}:${name}`,
    value: seal.json(value),
  }));
  const known = evidenceOf(state, call.path);
  return {
    type: "gate_opened",
    step: call.path,
    round,
    approval: mintId("approval", epochMs(hands.clock.now()), hands.entropy.bytes(10)),
    args: seal.json(call.args),
    preview: seal.json(previewJson(frozen.preview)),
    evidence: [...live, ...known],
    expires_at_ms: expiryOf(state, Math.max(hands.clock.now(), state.now)),
    nonce: Buffer.from(hands.entropy.bytes(32)).toString("hex"),
  } as const;
}

/** No approval outlives its run. */
function expiryOf(state: RunState, now: number): number {
  const { approval_ttl_ms, ttl_ms } = settingsOf(state);
  const own = now + approval_ttl_ms;
  return ttl_ms === null ? own : Math.min(own, state.startedAt + ttl_ms);
}

/** The live values of a request by name, as a tool names them. */
export function liveOf(request: Request): Readonly<Record<string, Json>> {
  const live = request.evidence.filter(({ ref }) => ref.startsWith("live:"));
  return Object.fromEntries(live.map(({ ref, value }) => [ref.slice(ref.lastIndexOf(":") + 1), value.json()]));
}

/** The policy approves what its mode lets it approve, by the same records as a person. */
async function approve(
  actor: RunActor,
  { step, approval }: Extract<Effect, { type: "approve_by_policy" }>,
): Promise<void> {
  const gate = actor.state.gates.get(step);
  if (gate?.request?.approval !== approval) return;
  const { bindingHash } = gate.request;
  const by: Actor = { kind: "policy", id: gate.rules[0] ?? "policy" };
  await actor.deliver(() => ({ type: "approve", approval, binding_hash: bindingHash }), by);
}

async function propose(
  hands: Hands,
  actor: RunActor,
  { plan_version }: Extract<Effect, { type: "propose_plan" }>,
): Promise<void> {
  const { state } = actor;
  const started = hands.clock.now();
  const proposal = await proposed(hands, state);
  const usage: Usage = {
    tokens: proposal.usage.tokens,
    cost_millicents: proposal.usage.costMillicents,
    wall_clock_ms: Math.max(0, hands.clock.now() - started),
  };
  if (proposal.kind === "refused") return refuse(actor, plan_version, proposal, usage);
  const offered = hands.secrets.json(plainJson(proposal.plan));
  if (!isJsonObject(offered)) throw new InvariantError("a planner proposes an object");
  const plan = preparePlan(state.rules.hash, offered, {
    planId: mintId("plan", epochMs(started), hands.entropy.bytes(10)),
    planVersion: plan_version,
    supersedes: state.lineage.at(-1) ?? null,
  });
  await actor.deliver(
    (seal) => ({
      type: "plan_proposed",
      plan_version,
      plan: seal.json(plan),
      answers: proposal.answers.map((answer) => seal.text(answer)),
      usage,
    }),
    EXECUTOR,
  );
}

/** A planner that throws has refused: the run goes on to its end, with the reason. */
async function proposed(hands: Hands, state: RunState): Promise<Proposal> {
  try {
    return await hands.planner.propose(planRequest(state), new AbortController().signal);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const code = error.code === "model_timeout" ? "planner_timeout" : "planner_output_invalid";
    return {
      kind: "refused",
      code,
      message: error.message,
      nearest: [],
      usage: { tokens: 0, costMillicents: 0 },
      answers: [],
    };
  }
}

async function refuse(
  actor: RunActor,
  plan_version: number,
  proposal: Extract<Proposal, { kind: "refused" }>,
  usage: Usage,
): Promise<void> {
  const problem = {
    code: proposal.code,
    message: proposal.message,
    nearest: proposal.nearest.map((each): Json => ({ ...each })),
  };
  await actor.deliver(
    (seal) => ({
      type: "plan_failed",
      plan_version,
      code: proposal.code,
      error: seal.json([problem]),
      answers: proposal.answers.map((answer) => seal.text(answer)),
      usage,
    }),
    EXECUTOR,
  );
}

/** What is sent for a started attempt, from the state that says so. */
function invocationOf(state: RunState, path: string): Invocation | null {
  const attempt = state.attempts.get(path);
  const at = state.steps.get(path);
  const rule = attempt === undefined ? undefined : state.rules.tools.get(attempt.tool);
  if (attempt === undefined || at === undefined || rule === undefined) return null;
  const call: Call = {
    path,
    tool: attempt.tool,
    toolHash: rule.hash,
    args: attempt.args.object(),
    tier: rule.spec.tier,
    occurrence: 0,
    key: attempt.key,
    timeoutMs: attempt.reserve.wall_clock_ms,
    tokens: attempt.reserve.tokens,
    costMillicents: attempt.reserve.cost_millicents,
  };
  return {
    ...baseInvocation(state, call),
    attempt: attempt.number,
    at: attempt.startedAt,
    authority: attempt.authority,
    approved: at.grant === null ? null : { live: liveOf(at.grant), preview: at.grant.preview.json() },
    isRepeat: at.grantUses > 1,
  };
}

function baseInvocation(state: RunState, call: Call) {
  const found = located(state, call.path);
  const step = found?.step.kind === "tool" ? found.step : null;
  const { mode } = settingsOf(state);
  return {
    run: state.run,
    step: call.path,
    at: state.now,
    tool: call.tool,
    toolHash: call.toolHash,
    args: call.args,
    key: call.key,
    timeoutMs: call.timeoutMs,
    mode: stricterMode(mode, state.plan?.document.policy_mode ?? mode),
    gates: step?.gates ?? [],
    tainted: step === null || isTaintedAt(state, call.path, step),
  };
}

function callName(actor: RunActor, step: string, attempt: number): string {
  return `${actor.run} ${step}#${attempt}`;
}

/** Uniform in [0, 1) with six decimals, as text: an input holds no fraction. */
function jitter(entropy: Entropy): string {
  const bytes = entropy.bytes(4);
  const value = Buffer.from(bytes).readUInt32BE(0) / 2 ** 32;
  return value.toFixed(6).replace(/0+$/, "").replace(/\.$/, "");
}
