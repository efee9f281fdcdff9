import {
  gateCall,
  InvariantError,
  OrchestratorError,
  parseId,
  type Actor,
  type ApprovalView,
  type Entry,
  type Json,
  type Request,
  type Rules,
  type RunId,
  type RunState,
} from "@writ/core";
import { freeze, liveOf } from "../engine/dispatch.ts";
import type { Engine } from "../engine/engine.ts";
import { firstMoved, previewJson, type ToolGateway } from "../gateway/tool-gateway.ts";
import type { Store } from "../ports/store.ts";
import { ToolFailure, type Frozen } from "../ports/tool.ts";
import { LastReading, Reading } from "./history.ts";

export interface ApprovalPorts {
  readonly store: Store;
  /** Null where this process only looks. */
  readonly engine: Engine | null;
  readonly gateway: ToolGateway;
  readonly rulesOf: (run: RunId) => Promise<Rules>;
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
  /** Requests of one run, looked at one after another, are looked up in one reading of it. */
  readonly #last: LastReading;

  constructor(ports: ApprovalPorts) {
    this.#ports = ports;
    this.#last = new LastReading(async (run) => new Reading(ports.store, run, await ports.rulesOf(run)));
  }

  #engine(): Engine {
    if (this.#ports.engine === null) throw new InvariantError("deciding needs the engine");
    return this.#ports.engine;
  }

  async list(statuses: readonly string[], run: RunId | null): Promise<readonly ApprovalView[]> {
    return this.#ports.store.views.approvals({ statuses, run, limit: 1_000 });
  }

  /** @throws OrchestratorError `approval_not_found`, `ambiguous_id` */
  async named(text: string): Promise<ApprovalView> {
    const full = parseId("approval", text);
    const body = text.startsWith("apr_") ? text.slice(4) : text;
    const ids = full.ok
      ? [text]
      : body.length < 4
        ? []
        : await this.#ports.store.views.complete("approval", `apr_${body}`, 5);
    if (ids.length > 1)
      throw new OrchestratorError("ambiguous_id", `${text} could be ${ids.join(", ")}; give more of it`);
    return this.#view(ids[0] ?? text);
  }

  /** @throws OrchestratorError `approval_not_found` for an id that is unknown or not whole: deciding takes the full id */
  async #view(id: string): Promise<ApprovalView> {
    const view = await this.#ports.store.views.approval(id);
    if (view !== null) return view;
    throw new OrchestratorError(
      "approval_not_found",
      `there is no approval ${id}; see those that wait with: writ approvals`,
    );
  }

  async show(view: ApprovalView): Promise<ApprovalDetail> {
    const { state, entries } = await this.#last.history(runOf(view));
    const request = requestOf(state, view.approval_id) ?? requestIn(entries, view.approval_id);
    if (request === null)
      throw new OrchestratorError(
        "approval_not_found",
        `the request ${view.approval_id} is not in its run; look with: writ show ${view.run_id}`,
      );
    const now = view.status === "waiting" ? await this.#now(state, request) : null;
    return {
      view,
      request,
      preview: request.preview.json(),
      args: request.args.json(),
      evidence: request.evidence.map(({ ref, value }) => ({ ref, value: value.json() })),
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

function requestOf(state: RunState, approval: string): Request | null {
  for (const gate of state.gates.values()) if (gate.request?.approval === approval) return gate.request;
  for (const step of state.steps.values()) if (step.grant?.approval === approval) return step.grant;
  return null;
}

/** A request that the run is done with, as it was made. */
function requestIn(entries: readonly Entry[], approval: string): Request | null {
  for (const { at, facts } of entries) {
    for (const fact of facts) {
      if (fact.type !== "approval_requested" || fact.approval !== approval) continue;
      const { binding, binding_hash: bindingHash, args, preview, evidence } = fact;
      return { approval, binding, bindingHash, args, preview, evidence, requestedAt: at };
    }
  }
  return null;
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
