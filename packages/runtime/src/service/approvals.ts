import {
  gateCall,
  InvariantError,
  OrchestratorError,
  parseId,
  type Actor,
  type Entry,
  type Payload,
  type ApprovalView,
  type Json,
  type Request,
  type RunId,
  type RunState,
} from "@writ/core";
import { freeze, liveOf } from "../engine/dispatch.ts";
import type { Engine } from "../engine/engine.ts";
import { firstMoved, previewJson, type ToolGateway } from "../gateway/tool-gateway.ts";
import type { Store } from "../ports/store.ts";
import { ToolFailure, type Frozen } from "../ports/tool.ts";
import type { History } from "./history.ts";
import { approvalNamed, approvalOf } from "./named.ts";

export interface ApprovalPorts {
  readonly store: Store;
  /** Null where this process only looks. */
  readonly engine: Engine | null;
  readonly gateway: ToolGateway;
  /** Requests of one run are looked at one after another: it is folded once. */
  readonly history: (run: RunId) => Promise<History>;
}

/** An approval as a person looks at it: the bound bytes, and whether what they rest on moved since. */
export interface ApprovalDetail {
  readonly view: ApprovalView;
  readonly request: Request;
  readonly preview: Json;
  readonly args: Json;
  readonly evidence: readonly { readonly ref: string; readonly value: Json }[];
  /** Null while nothing moved; only told for one that waits. */
  readonly moved: "evidence" | "preview" | null;
  /** The same as it is now; null where it cannot be read, or nobody waits any more. */
  readonly live: { readonly evidence: ApprovalDetail["evidence"]; readonly preview: Json } | null;
}

export interface Decision {
  readonly view: ApprovalView;
  /** False when it had been decided the same way before, by whom the view says. */
  readonly isNew: boolean;
}

/** Deciding. The caller has made sure that a person asks. */
export class Approvals {
  readonly #ports: ApprovalPorts;

  constructor(ports: ApprovalPorts) {
    this.#ports = ports;
  }

  #engine(): Engine {
    if (this.#ports.engine === null) throw new InvariantError("deciding needs the engine");
    return this.#ports.engine;
  }

  async list(statuses: readonly string[], run: RunId | null): Promise<readonly ApprovalView[]> {
    return this.#ports.store.views.approvals({ statuses, run, limit: 1_000 });
  }

  /** @throws OrchestratorError `approval_not_found`, `ambiguous_id` */
  named(text: string): Promise<ApprovalView> {
    return approvalNamed(this.#ports.store.views, text);
  }

  /** @throws OrchestratorError `approval_not_found` */
  #view(id: string): Promise<ApprovalView> {
    return approvalOf(this.#ports.store.views, id);
  }

  /** What was asked, and while it waits what is the case now. @throws OrchestratorError `approval_not_found` */
  async show(view: ApprovalView): Promise<ApprovalDetail> {
    const { state, entries } = await this.#ports.history(runOf(view));
    const request = requestIn(state, entries, view);
    const now = view.status === "waiting" ? await this.#now(state, request) : null;
    return {
      ...frozenDetail(view, request),
      moved: now === null ? null : movedIn(request, now),
      live: now === null || now === "unreadable" ? null : liveDetail(request, now),
    };
  }

  /**
   * Grants one call. What the request rests on is read anew first.
   *
   * @param id the full id
   * @throws OrchestratorError `approval_not_found`, `approval_already_decided`, `approval_expired`, `approval_void`, `evidence_drift`
   */
  async approve(id: string, actor: Actor): Promise<Decision> {
    const before = await this.#view(id);
    const settled = settledAs(before, "approve");
    if (settled !== null) return settled;
    const engine = this.#engine();
    const run = runOf(before);
    const state = await engine.state(run);
    const request = requestOf(state, id);
    const moved = request === null ? null : await this.#moved(state, request);
    if (moved !== null) return this.#drifted(before, moved, actor);
    const bindingHash = request?.bindingHash ?? "";
    const { facts } = await engine.deliver(
      run,
      () => ({ type: "approve", approval: id, binding_hash: bindingHash }),
      actor,
    );
    const after = await this.#view(id);
    if (facts.some((fact) => fact.type === "approval_granted" || fact.type === "approval_voted"))
      return { view: after, isNew: true };
    return settledAs(after, "approve") ?? { view: after, isNew: false };
  }

  async deny(id: string, reason: string, actor: Actor): Promise<Decision> {
    const before = await this.#view(id);
    const settled = settledAs(before, "deny");
    if (settled !== null) return settled;
    const { facts } = await this.#engine().deliver(
      runOf(before),
      (seal) => ({ type: "deny", approval: id, reason: seal.text(reason) }),
      actor,
    );
    const after = await this.#view(id);
    if (facts.some((fact) => fact.type === "approval_denied")) return { view: after, isNew: true };
    return settledAs(after, "deny") ?? { view: after, isNew: false };
  }

  /** Voids a request, so that the step asks anew with what is the case now. */
  async askAgain(id: string, actor: Actor): Promise<ApprovalView> {
    const before = await this.#view(id);
    const { facts } = await this.#engine().deliver(runOf(before), () => ({ type: "ask_again", approval: id }), actor);
    if (facts.length === 0)
      throw new OrchestratorError(
        "approval_already_decided",
        `${id} is ${before.status}; there is nothing to ask again`,
      );
    return this.#next(before);
  }

  async #drifted(view: ApprovalView, field: string, actor: Actor): Promise<never> {
    const run = runOf(view);
    await this.#engine().deliver(
      run,
      () => ({ type: "evidence_moved", step: view.step, attempt: null, approval: view.approval_id, field }),
      actor,
    );
    const next = await this.#next(view);
    const what = field === "evidence" ? "what it rests on" : "what it would do";
    throw new OrchestratorError(
      "evidence_drift",
      `${view.step}: ${what} moved after this was frozen; nothing ran, a new request is waiting: writ approvals show ${next.approval_id}`,
      {
        details: { field, approval: next.approval_id },
      },
    );
  }

  /** The request that waits in place of a voided one, once its preview is made. */
  async #next(voided: ApprovalView): Promise<ApprovalView> {
    const run = runOf(voided);
    await this.#engine().resting(run);
    const open = await this.#ports.store.views.approvals({ statuses: ["waiting"], run, limit: 1_000 });
    return open.find((each) => each.step === voided.step) ?? this.#view(voided.approval_id);
  }

  async #moved(state: RunState, request: Request): Promise<"evidence" | "preview" | null> {
    const now = await this.#now(state, request);
    return now === null ? null : movedIn(request, now);
  }

  /** What the step would do now; null for one that is not asked about any more. */
  async #now(state: RunState, request: Request): Promise<Frozen | "unreadable" | null> {
    const call = gateCall(state, request.binding.step);
    if (call === null) return null;
    try {
      return await freeze({ gateway: this.#ports.gateway }, state, call);
    } catch (error) {
      if (error instanceof ToolFailure || error instanceof OrchestratorError) return "unreadable";
      throw error;
    }
  }
}

function movedIn(request: Request, now: Frozen | "unreadable"): "evidence" | "preview" | null {
  if (now === "unreadable") return "evidence";
  return firstMoved({ live: liveOf(request), preview: request.preview.json() }, now);
}

function liveDetail(request: Request, { live, preview }: Frozen): NonNullable<ApprovalDetail["live"]> {
  const evidence = Object.entries(live).map(([name, value]) => ({
    ref: `live:${request.binding.tool}:${name}`,
    value,
  }));
  return { evidence, preview: previewJson(preview) };
}

function runOf(view: ApprovalView): RunId {
  const id = parseId("run", view.run_id);
  if (!id.ok) throw new OrchestratorError("run_not_found", `there is no run ${view.run_id}`);
  return id.value;
}

/** What a request asks for, by the journal. @throws OrchestratorError `approval_not_found` once nobody waits for its call */
export function requestIn(state: RunState, entries: readonly Entry[], { approval_id: id }: ApprovalView): Request {
  const request = requestOf(state, id) ?? requestedIn(entries, id);
  if (request !== null) return request;
  throw new OrchestratorError(
    "approval_not_found",
    `the request ${id} is not in its run's journal; look at it with: writ audit verify`,
  );
}

/** What was frozen when it was asked. */
export function frozenDetail(view: ApprovalView, request: Request): Omit<ApprovalDetail, "moved" | "live"> {
  return {
    view,
    request,
    preview: shown(request.preview),
    args: shown(request.args),
    evidence: request.evidence.map(({ ref, value }) => ({ ref, value: shown(value) })),
  };
}

function requestOf(state: RunState, approval: string): Request | null {
  for (const gate of state.gates.values()) if (gate.request?.approval === approval) return gate.request;
  for (const step of state.steps.values()) if (step.grant?.approval === approval) return step.grant;
  return null;
}

/** A request as it was made, also when it is over. */
function requestedIn(entries: readonly Entry[], approval: string): Request | null {
  for (const { at, facts } of entries) {
    for (const fact of facts) {
      if (fact.type !== "approval_requested" || fact.approval !== approval) continue;
      const { binding, binding_hash: bindingHash, args, preview, evidence } = fact;
      return { approval, binding, bindingHash, args, preview, evidence, requestedAt: at };
    }
  }
  return null;
}

/** Null once it was erased. */
function shown(payload: Payload): Json {
  return payload.isErased ? null : payload.json();
}

/** The answer for a request that is decided: the same decision again succeeds, the opposite does not; null while it waits. */
function settledAs(view: ApprovalView, wanted: "approve" | "deny"): Decision | null {
  const { approval_id: id, status, decided_by: by } = view;
  switch (status) {
    case "waiting":
      return null;
    case "granted":
    case "used":
      if (wanted === "approve") return { view, isNew: false };
      throw new OrchestratorError(
        "approval_already_decided",
        `${id} was approved by ${by ?? "somebody"}; stop the run with: writ cancel ${view.run_id}`,
      );
    case "denied":
      if (wanted === "deny") return { view, isNew: false };
      throw new OrchestratorError(
        "approval_already_decided",
        `${id} was denied by ${by ?? "somebody"}; start a new run to ask again`,
      );
    case "expired":
      throw new OrchestratorError(
        "approval_expired",
        `${id} expired and nothing was done; start a new run to ask again`,
      );
    default:
      throw new OrchestratorError(
        "approval_void",
        `${id} no longer holds (${view.reason ?? status}); see what waits now with: writ approvals`,
      );
  }
}
