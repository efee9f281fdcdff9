import { type Actor, type Answer, type Gate, type Request, type RunInput, type Sealer } from "@writ/core";
import type { Gatehouse } from "./gatehouse.ts";
import type { Surroundings } from "./surroundings.ts";

const APPROVERS = ["usr_ada", "usr_ben", "usr_cem"] as const;
const OPERATOR = "usr_olga";
const AGENT: Actor = { kind: "agent", id: "agt_x" };

/** Approvers and operators: prompt, slow, absent, contradictory, a millisecond late; helpful in the end. */
export class People {
  readonly #world: Surroundings;
  readonly #gates: Gatehouse;

  constructor(world: Surroundings, gates: Gatehouse) {
    this.#world = world;
    this.#gates = gates;
  }

  /** Somebody hears of a request. */
  hear(request: Request): void {
    const { random, scenario, isHelpful, now } = this.#world;
    if (random.chance(scenario.faults.drift) && !isHelpful)
      this.#world.outside(random.between(0, 400), () => this.#gates.drift(request));
    if (random.chance(0.08)) this.#world.outside(random.between(0, 50), () => this.#approve(AGENT, request));
    if (random.chance(0.08)) this.#world.outside(random.between(0, 50), () => this.#approveBlindly(request));
    switch (isHelpful ? "prompt" : scenario.temper) {
      case "prompt":
        return this.#everybody(request, 1, 300);
      case "slow":
        return this.#everybody(request, 500, 30_000);
      case "late": {
        const moment = request.binding.expires_at_ms - now + random.between(-1, 1);
        return this.#everybody(request, moment, moment);
      }
      case "contradictory":
        return this.#contradict(request);
      case "absent":
        return;
    }
  }

  #everybody(request: Request, soonest: number, latest: number): void {
    for (const id of APPROVERS) {
      const delay = Math.max(0, this.#world.random.between(soonest, latest));
      this.#world.outside(delay, () => this.#approve({ kind: "user", id }, request));
    }
  }

  #contradict(request: Request): void {
    const { random } = this.#world;
    for (let turn = random.between(1, 4); turn > 0; turn -= 1) {
      const by: Actor = { kind: "user", id: random.pick(APPROVERS) };
      const act = random.weighted({ approve: 5, again: 2, deny: 1 });
      this.#world.outside(random.between(1, 2_000), () => {
        if (act === "approve") this.#approve(by, request);
        else if (act === "again") this.#say(by, () => ({ type: "ask_again", approval: request.approval }));
        else this.#say(by, (seal) => ({ type: "deny", approval: request.approval, reason: seal.text("no") }));
      });
    }
  }

  /** The service reads what the request rests on once more before it takes the answer. */
  #approve(by: Actor, request: Request): void {
    const { approval, binding, bindingHash } = request;
    const early = binding.expires_at_ms - this.#world.now;
    if (Math.abs(early) <= 1) this.#world.premises.count("answers within 1 ms of an expiry");
    if (this.#gates.isMoved(request)) {
      this.#world.premises.count("drift at approval");
      return this.#say(by, () => ({
        type: "evidence_moved",
        step: binding.step,
        attempt: null,
        approval,
        field: "evidence",
      }));
    }
    this.#say(by, () => ({ type: "approve", approval, binding_hash: bindingHash }));
  }

  /** An answer to something else than what was shown. */
  #approveBlindly(request: Request): void {
    this.#world.premises.count("wrong binding hashes");
    const facts = this.#world.deliver({
      actor: { kind: "user", id: APPROVERS[0] },
      make: () => ({ type: "approve", approval: request.approval, binding_hash: `sha256:${"0".repeat(64)}` }),
    });
    if (facts.some((fact) => fact.type === "approval_granted")) this.#world.premises.count("granted blindly");
  }

  /** Out of turn, an operator commands something at random. */
  command(): void {
    const { random, state } = this.#world;
    const by: Actor = { kind: "user", id: OPERATOR };
    const step = random.pick(["s1", "s2", "s3", ...state.steps.keys()]);
    const act = random.weighted({ pause: 3, resume: 3, extend: 1, resolve: 3, again: 1, cancel: 1 });
    switch (act) {
      case "pause":
        return this.#say(by, () => ({ type: "pause" }));
      case "resume":
        return this.#say(by, () => ({ type: "resume" }));
      case "extend":
        return this.#extend(by);
      case "resolve":
        return this.#resolve(by, step, random.pick(["happened", "did_not_happen", "retry", "skip"]));
      case "again": {
        const requests = [...state.gates.values()].flatMap(({ request }) =>
          request === null ? [] : [request.approval],
        );
        const approval = requests.length === 0 ? "apr_none" : random.pick(requests);
        return this.#say(by, () => ({ type: "ask_again", approval }));
      }
      case "cancel":
        return this.cancel();
    }
  }

  /** Somebody has had enough. */
  cancel(): void {
    const { state, premises } = this.#world;
    if (state.status !== "ended") premises.count(state.closing === null ? "cancels" : "second cancels");
    this.#say({ kind: "user", id: OPERATOR }, (seal) => ({ type: "cancel", reason: seal.text("enough") }));
  }

  /** Does one thing that moves the run on; false when nothing waits for a person. */
  help(): boolean {
    const { state } = this.#world;
    const by: Actor = { kind: "user", id: OPERATOR };
    if (state.hold !== null) {
      if (state.hold.code === "budget_exhausted") this.#extend(by);
      else this.#say(by, () => ({ type: "resume" }));
      return true;
    }
    for (const step of state.steps.values()) {
      if (step.status === "in_doubt") {
        this.#resolve(
          by,
          step.path,
          this.#world.ledger.happenedFor(step.path, step.attempts) ? "happened" : "did_not_happen",
        );
        return true;
      }
      if (step.status === "review") {
        this.#resolve(by, step.path, step.attempts < 3 && this.#world.random.chance(0.7) ? "retry" : "skip");
        return true;
      }
    }
    return this.#answerGate();
  }

  #answerGate(): boolean {
    for (const gate of this.#world.state.gates.values()) {
      if (gate.status !== "open" || gate.request === null || gate.approver === "policy") continue;
      const by = this.#fresh(gate);
      if (by === undefined) continue;
      this.#approve(by, gate.request);
      return true;
    }
    return false;
  }

  #fresh(gate: Gate): Actor | undefined {
    const id = APPROVERS.find((each) => !gate.votes.includes(each));
    return id === undefined ? undefined : { kind: "user", id };
  }

  #extend(by: Actor): void {
    const amounts = { steps: 10, tool_calls: 20, tokens: 1_000, cost_millicents: 0, wall_clock_ms: 60_000 };
    this.#world.premises.count("extensions");
    this.#say(by, (seal) => ({ type: "extend", amounts, reason: seal.text("more") }));
  }

  /** Whoever orders a doubtful call to be sent again takes it upon themselves. */
  #resolve(by: Actor, path: string, answer: Answer): void {
    const { state, ledger, premises } = this.#world;
    const step = state.steps.get(path);
    const sends = answer === "retry" || answer === "did_not_happen";
    const key = this.#world.keyOf(path);
    if (sends && key !== null && step?.status === "in_doubt" && ledger.happened(key)) {
      premises.count("people order a second effect");
      ledger.license(key);
    }
    if (key !== null && step?.status === "in_doubt") ledger.answered(key);
    const attempt = step?.attempts ?? 0;
    this.#say(by, () => ({ type: "resolve", step: path, attempt, answer }));
  }

  #say(actor: Actor, make: (seal: Sealer) => RunInput): void {
    this.#world.deliver({ actor, make });
  }
}
