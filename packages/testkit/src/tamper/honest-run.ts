import { nodeHasher } from "@writ/adapters/system/sha256";
import { approvalText } from "@writ/core/audit/checkpoint";
import { toBase64 } from "@writ/core/base/base64";
import { digestOf } from "@writ/core/base/digest";
import { toHex } from "@writ/core/base/hex";
import type { RunId } from "@writ/core/base/id";
import type { Json, JsonObject } from "@writ/core/base/json";
import { planHash } from "@writ/core/plan/plan-hash";
import { idempotencyKey } from "@writ/core/tool/idempotency-key";

import type { LogWriter, Sealed } from "./log-writer.ts";
import { testSigner } from "./test-key.ts";

const SYSTEM = { kind: "system", id: "executor" };
const PERSON = { kind: "user", id: "usr_01m7xcc2g3b93rthtjgbd2xt23", session: "auth_1" };
const POLICY = { kind: "policy", id: "policy.within_budget" };
const BUDGET = { cost_millicents: 0, tokens: 0, tool_calls: 1, wall_clock_ms: 30_000 };
const DAY_MS = 86_400_000;

/** A run as its log shows it while it is being written. */
interface Progress {
  readonly id: RunId;
  readonly root: RunId | null;
  readonly pins: JsonObject;
  readonly secret: Uint8Array;
  readonly goal: Sealed;
  readonly toolHash: string;
  version: number;
  plan: { readonly id: string; readonly commit: string } | null;
  readonly approvals: { readonly approval: string; readonly binding_hash: string }[];
}

/** What a run left behind, for those who erase or export it. */
export interface HonestRun {
  readonly id: RunId;
  readonly secret: Uint8Array;
  isEnded: boolean;
}

/** Writes a run, one entry at each step: planned, some calls approved, sometimes denied, replanned or never ended. */
export function* honestRun(log: LogWriter, runs: HonestRun[], parent: HonestRun | null): Generator<void, void> {
  const run = started(log, parent);
  const left: HonestRun = { id: run.id, secret: run.secret, isEnded: false };
  runs.push(left);
  yield;
  const plans = log.dice.chance(0.2) ? 2 : 1;
  for (let version = 1; version <= plans; version += 1) {
    planned(log, run, version);
    yield;
    const steps = log.dice.roll(4);
    for (let step = 1; step <= steps; step += 1) {
      const outcome = yield* call(log, run, `v${version}s${step}`);
      if (outcome === "rejected") {
        ended(log, run, "rejected", []);
        left.isEnded = true;
        return;
      }
    }
  }
  if (log.dice.chance(0.1)) return;
  returned(log, run, "last", log.mint("tool_call"), ["completed"]);
  left.isEnded = true;
}

function started(log: LogWriter, parent: HonestRun | null): Progress {
  const { dice } = log;
  const toolHash = log.document({
    type: "writ/tool/v1",
    name: "docs.write_doc",
    version: "1.0.0",
    tier: "local_write",
  });
  const tools = log.document({ type: "writ/tools/v1", tools: [{ hash: toolHash, name: "docs.write_doc" }] });
  const pins = {
    policy: log.document({ type: "writ/policy/v1", mode: dice.pick(["constrained", "autonomous"]), rules: [] }),
    tools,
    evaluators: log.document({ type: "writ/evaluators/v1", evaluators: [{ id: "policy", version: "1.0.0" }] }),
    models: log.document({ type: "writ/models/v1", models: [] }),
    sandbox: log.document({ type: "writ/sandbox/v1", backend: "bubblewrap", network: "none" }),
    runtime: "writ/0.1.0",
  };
  const goal = log.seal("json", { text: `goal ${dice.roll(1_000_000)} of ü\u2028 and "quotes"` });
  const secret = parent?.secret ?? dice.bytes(32);
  const key = log.seal("bytes", secret);
  const run: Progress = {
    id: log.mint("run"),
    root: parent?.id ?? null,
    pins,
    secret,
    goal,
    toolHash,
    version: 0,
    plan: null,
    approvals: [],
  };
  const fact = {
    type: "run_started",
    tenant: log.tenant,
    pins,
    budget: BUDGET,
    goal: goal.handle,
    key_secret: key.handle,
  };
  append(log, run, {
    actor: PERSON,
    input: { type: "start", door: "run", goal: goal.birth, key_secret: key.birth },
    facts: [run.root === null ? fact : { ...fact, root: run.root }],
    payloads: [goal, key],
  });
  return run;
}

function planned(log: LogWriter, run: Progress, version: number): void {
  const id = log.mint("plan");
  const steps = [
    { id: "s1", tool: "docs.write_doc", params: { n: log.dice.roll(100), "10": 1, "9": "é" }, rationale: "why" },
  ];
  const wire: JsonObject = {
    intent: "docs.daily",
    steps,
    decision_checkpoints: [],
    plan_id: id,
    plan_version: version,
  };
  const plan = log.seal("json", { ...wire, plan_hash: planHash(nodeHasher, wire) });
  run.plan = { id, commit: plan.commit };
  append(log, run, {
    actor: SYSTEM,
    input: { type: "plan_proposed", plan: plan.birth },
    facts: [
      { type: "plan_proposed", plan_id: id, plan: plan.handle },
      { type: "plan_verified", plan_id: id, plan_commit: plan.commit, steps: 1 },
    ],
    payloads: [plan],
  });
}

function* call(log: LogWriter, run: Progress, step: string): Generator<void, "done" | "rejected"> {
  const { dice } = log;
  const args = { path: `${step}.md`, text: "x".repeat(dice.roll(200)), share: 0.5, 2: "two", 10: "ten" };
  const occurrence = dice.chance(0.5) ? dice.roll(3) : `${step}[${dice.roll(3)}]`;
  const identity = { argsHash: digestOf(nodeHasher, args), occurrence, root: run.root ?? run.id, tenant: log.tenant };
  const key = idempotencyKey(nodeHasher, run.secret, { ...identity, tool: "docs.write_doc" });
  const toolCall = log.mint("tool_call");
  const common = { step, tool: "docs.write_doc", tool_call: toolCall, occurrence, idempotency_key: key };
  const rooted = run.root === null ? common : { ...common, root: run.root };
  const sealed = log.seal("json", args);
  if (dice.chance(0.5)) {
    start(log, run, rooted, sealed, { rules: ["constrained.read_only"] }, 1, true);
    yield;
  } else {
    const asked = ask(log, run, step, key, sealed);
    yield;
    const decision = dice.pick(["granted", "granted", "granted", "denied", "expired"]);
    decide(log, run, step, asked, decision);
    yield;
    if (decision !== "granted") return "rejected";
    const attempts = dice.chance(0.2) ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      start(log, run, rooted, sealed, asked, attempt, false);
      yield;
      if (attempt < attempts) failed(log, run, step, toolCall, attempt);
    }
  }
  returned(log, run, step, toolCall, []);
  yield;
  return "done";
}

function ask(log: LogWriter, run: Progress, step: string, key: string, args: Sealed) {
  const evidence = log.seal("json", { exists: false, path: `${step}.md` });
  const preview = log.seal("text", `--- /dev/null\n+++ ${step}.md\n`);
  const approval = log.mint("approval");
  const ref = `live:docs.write_doc:${step}`;
  const binding: JsonObject = {
    type: "writ/approval/v1",
    log: log.log,
    tenant: log.tenant,
    run: run.id,
    plan: run.plan?.id ?? null,
    plan_commit: run.plan?.commit ?? null,
    step,
    approval,
    tool: "docs.write_doc",
    tool_hash: run.toolHash,
    args_commit: args.commit,
    evidence: [{ commit: evidence.commit, ref }],
    preview_commit: preview.commit,
    policy_hash: run.pins["policy"] ?? null,
    sandbox_hash: run.pins["sandbox"] ?? null,
    tier: "local_write",
    gates: ["policy.constrained.local_write"],
    budget: BUDGET,
    idempotency_key: key,
    expires_at_ms: log.now() + DAY_MS,
    nonce: toHex(log.dice.bytes(32)),
  };
  const hash = digestOf(nodeHasher, binding);
  append(log, run, {
    actor: SYSTEM,
    input: {
      type: "gate_opened",
      args: args.birth,
      evidence: [{ ref, value: evidence.birth }],
      preview: preview.birth,
    },
    facts: [
      {
        type: "approval_requested",
        step,
        approval,
        binding,
        binding_hash: hash,
        args: args.handle,
        preview: preview.handle,
        evidence: [{ ref, value: evidence.handle }],
      },
    ],
    payloads: [args, evidence, preview],
  });
  return { approval, binding_hash: hash };
}

function decide(
  log: LogWriter,
  run: Progress,
  step: string,
  asked: { approval: string; binding_hash: string },
  decision: string,
): void {
  const { approval, binding_hash: hash } = asked;
  const actor = decision === "granted" ? log.dice.pick([PERSON, PERSON, POLICY]) : SYSTEM;
  const fact = { type: `approval_${decision}`, step, approval, binding_hash: hash };
  const signer = testSigner("approver", approval);
  const sig = toBase64(signer.sign(approvalText(hash)));
  const signature = { alg: "ed25519", key: toBase64(signer.key.publicKey), sig };
  const isSigned = decision === "granted" && log.dice.chance(0.3);
  run.approvals.push(asked);
  append(log, run, {
    actor,
    input: { type: "approve", approval, binding_hash: hash },
    facts: [isSigned ? { ...fact, signature } : fact],
  });
}

function start(
  log: LogWriter,
  run: Progress,
  call: JsonObject,
  args: Sealed,
  authority: Json,
  attempt: number,
  isBorn: boolean,
): void {
  append(log, run, {
    actor: SYSTEM,
    input: { type: "proceed", args: isBorn ? args.birth : args.handle },
    facts: [{ type: "step_started", ...call, attempt, authority, args: args.handle }],
    payloads: isBorn ? [args] : [],
  });
}

function failed(log: LogWriter, run: Progress, step: string, toolCall: string, attempt: number): void {
  const error = log.seal("text", "the tool was busy\n");
  const fact = { type: "attempt_failed", step, tool_call: toolCall, attempt, error: error.handle };
  append(log, run, {
    actor: SYSTEM,
    input: { type: "tool_failed", error: error.birth },
    facts: [fact],
    payloads: [error],
  });
}

function returned(log: LogWriter, run: Progress, step: string, toolCall: string, endings: readonly string[]): void {
  const output = log.seal("json", { status: "ok", score: 0.93, hits: [`${step}.md`] });
  const facts: JsonObject[] = [
    { type: "attempt_returned", step, tool_call: toolCall, attempt: 1, output: output.handle },
    { type: "verdict_rendered", step, verdict: "accept", scores: { policy: "1", utility: "0.93" } },
  ];
  const input = { type: "tool_returned", step, output: output.birth };
  if (endings[0] === undefined) append(log, run, { actor: SYSTEM, input, facts, payloads: [output] });
  else ended(log, run, endings[0], facts, input, [output]);
}

function ended(
  log: LogWriter,
  run: Progress,
  outcome: string,
  facts: readonly JsonObject[],
  input: JsonObject = { type: "settle" },
  payloads: readonly Sealed[] = [],
): void {
  const record = {
    type: "writ/record/v1",
    record_id: log.mint("decision_record"),
    outcome,
    run_id: run.id,
    log_id: log.log,
    tenant_id: log.tenant,
    plan_id: run.plan?.id ?? null,
    plan_commit: run.plan?.commit ?? null,
    inputs: run.goal.handle,
    policy_hash: run.pins["policy"] ?? null,
    approvals: run.approvals.map((approval) => ({ ...approval, decision: "granted" })),
    pins: run.pins,
    journal_version: run.version + 1,
  };
  const hash = log.document(record);
  const fact = { type: "run_ended", outcome, record_id: record.record_id, record_hash: hash };
  append(log, run, { actor: SYSTEM, input, facts: [...facts, fact], payloads });
}

function append(
  log: LogWriter,
  run: Progress,
  entry: {
    readonly actor: JsonObject;
    readonly input: JsonObject;
    readonly facts: readonly JsonObject[];
    readonly payloads?: readonly Sealed[];
  },
): void {
  const { actor, input, facts, payloads = [] } = entry;
  run.version += 1;
  log.append({ actor, facts, run: { id: run.id, version: run.version, input }, payloads });
}
