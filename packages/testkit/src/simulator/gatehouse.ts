import {
  EXECUTOR,
  epochMs,
  gateCall,
  isJsonObject,
  mintId,
  PLAN_GATE,
  PLAN_START,
  settingsOf,
  type Call,
  type Request,
  type RunInput,
  type Sealer,
} from "@writ/core";
import type { Surroundings } from "./surroundings.ts";

/** Where gates are opened: previews are made, what an approver will see is frozen, and it may move. */
export class Gatehouse {
  readonly #world: Surroundings;
  /** The version of what a target's approver looks at. */
  readonly #live = new Map<string, number>();

  constructor(world: Surroundings) {
    this.#world = world;
  }

  open(step: string, round: number): void {
    const { random, scenario, state } = this.#world;
    const call = gateCall(state, step);
    if (call === null) return;
    this.#world.inProcess(random.between(1, 80), () => {
      if (random.chance(scenario.faults.gateFailure)) {
        return void this.#world.deliver({
          actor: EXECUTOR,
          make: (seal) => ({ type: "gate_failed", step, round, kind: "unknown", error: seal.text("no preview") }),
        });
      }
      const opened = this.#opened(call, round);
      if (round > 1 && random.chance(scenario.faults.copies)) {
        this.#world.premises.count("stale rounds");
        this.#world.deliver({ actor: EXECUTOR, make: (seal) => ({ ...opened(seal), round: round - 1 }) });
      }
      this.#world.deliver({ actor: EXECUTOR, make: opened });
    });
  }

  #opened(call: Call, round: number): (seal: Sealer) => Extract<RunInput, { type: "gate_opened" }> {
    const { random, state, now, isHelpful } = this.#world;
    const approval = mintId("approval", epochMs(now), random.bytes(10));
    const nonce = random.bytes(32).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
    const ttl = isHelpful ? 86_400_000 : settingsOf(state).approval_ttl_ms;
    const target = targetOf(call);
    const version = this.#live.get(target) ?? 0;
    return (seal) => ({
      type: "gate_opened",
      step: call.path,
      round,
      approval,
      args: seal.json(call.args),
      preview: seal.json({ kind: "arguments", title: `${call.tool} ${target}`, tool: call.tool, args: "" }),
      evidence: target === "" ? [] : [{ ref: `live:${call.tool}:target`, value: seal.json({ target, version }) }],
      expires_at_ms: Math.max(now, state.now) + ttl,
      nonce,
    });
  }

  grantByPolicy(step: string, approval: string): void {
    this.#world.inProcess(this.#world.random.between(0, 3), () => {
      const request = this.#world.state.gates.get(step)?.request;
      if (request?.approval !== approval) return;
      this.#world.deliver({
        actor: { kind: "policy", id: "policy.self" },
        make: () => ({ type: "approve", approval, binding_hash: request.bindingHash }),
      });
    });
  }

  /** What somebody approved, or is about to, changes under their eyes. */
  drift(request: Request): void {
    const target = frozenTarget(request);
    if (target === null) return;
    this.#live.set(target.target, target.version + 1);
    this.#world.premises.count("drifts");
  }

  isMoved(request: Request): boolean {
    const frozen = frozenTarget(request);
    return frozen !== null && (this.#live.get(frozen.target) ?? 0) !== frozen.version;
  }
}

function targetOf(call: Call): string {
  const target = call.args["target"];
  return typeof target === "string" && call.tool !== PLAN_GATE && call.tool !== PLAN_START ? target : "";
}

function frozenTarget(request: Request): { readonly target: string; readonly version: number } | null {
  const value = request.evidence.find(({ ref }) => ref.startsWith("live:"))?.value.json();
  if (value === undefined || !isJsonObject(value)) return null;
  const { target, version } = value;
  return typeof target === "string" && typeof version === "number" ? { target, version } : null;
}
