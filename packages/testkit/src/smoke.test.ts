import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, EntryReader, EntrySealer, initialState, ReadModels, react, replay, runStatus, writeEntry, canonicalJson, gateCall, type RunInput, type Sealer, type StoredEntry, type Json } from "@writ/core";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { aToolRule, aToolSpec, someRules } from "./build/rules.ts";

const hash = nodeHasher;
const rules = someRules(hash, [
  aToolRule(hash, aToolSpec("docs.search_docs", "read_only")),
  aToolRule(hash, aToolSpec("llm.generate", "read_only")),
  aToolRule(hash, aToolSpec("docs.write_doc", "local_write")),
]);
const RUN = "run_01m7xcc2gaf7j9gjawm0trnb83";

test("W1 by hand", () => {
  const state = initialState(RUN, rules);
  const models = new ReadModels();
  const stored: StoredEntry[] = [];
  let salt = 0;
  let at = 1_795_208_645_000;
  const send = (make: (seal: Sealer) => RunInput) => {
    const seal = new EntrySealer(hash, () => { const b = new Uint8Array(32); b[0] = salt & 255; b[1] = salt >> 8; salt += 1; return b; });
    at += 10;
    const input = make(seal);
    const actor = { kind: "user", id: "usr_x" } as const;
    const facts = react(state, { at, actor, input, seal });
    if (facts.length === 0) return [];
    const w = writeEntry({ log: rules.log, run: RUN, version: state.version, at, actor, input, facts }, seal);
    const derived = models.observe(state, { run: RUN, at, actor, facts });
    const bytes = w.head + stored.length + w.tail;
    expect(canonicalJson(JSON.parse(bytes))).toBe(bytes);
    stored.push({ seq: stored.length, run: RUN, version: state.version, bytes, payloads: w.payloads.map((p) => ({ n: p.n, salt: p.salt, bytes: p.bytes })) });
    console.log(derived.views.run.status, facts.map((f) => f.type).join(" "), [...state.work.keys()].join(" "), derived.documents.length);
    return facts;
  };
  const plan: Json = { intent: "docs.brief", decision_checkpoints: [], plan_id: "plan_01m7xcc2ghp67kdy95b36qd0h5", steps: [
    { id: "search", tool: "docs.search_docs", params: { since_hours: 24 } },
    { id: "sum", tool: "llm.generate", params: {}, param_bindings: { "/documents": "search./hits" } },
    { id: "write", tool: "docs.write_doc", params: { path: "a.md" }, param_bindings: { "/text": "sum./text" } },
  ] };
  send((seal) => ({ type: "start", goal: seal.json({ text: "x" }), key_secret: seal.bytes(new Uint8Array(32)), inputs: seal.json({}), plan: seal.json(plan),
    settings: { tenant: "local", door: "run", mode: "constrained", ceiling: "destructive", intent: null, budget: DEFAULT_LIMITS, width: 4, approval_ttl_ms: 86_400_000, timeout_ms: 30_000, begin: true, on_fatal: "pause", deadline_at_ms: null, ttl_ms: null },
    pins: { policy: rules.policyHash, tools: rules.policyHash, evaluators: rules.policyHash, models: rules.policyHash, sandbox: rules.sandboxHash, runtime: "writ/0.1.0" } }));
  const usage = { tokens: 0, cost_millicents: 0, wall_clock_ms: 5 };
  send((seal) => ({ type: "tool_returned", step: "search", attempt: 1, output: seal.json({ hits: [{ path: "n.md" }] }), artifacts: null, undo: null, usage }));
  send((seal) => ({ type: "tool_returned", step: "sum", attempt: 1, output: seal.json({ text: "hello" }), artifacts: null, undo: null, usage }));
  const call = gateCall(state, "write");
  expect(call?.args).toEqual({ path: "a.md", text: "hello" });
  send((seal) => ({ type: "gate_opened", step: "write", round: 1, approval: "apr_01m7xcc2gr4by110kqzwdq5kbq", args: seal.json(call?.args ?? null), preview: seal.json({ title: "Create a.md" }), evidence: [{ ref: "live:docs.write_doc:target", value: seal.json({ exists: false }) }], expires_at_ms: at + 86_400_000, nonce: "00".repeat(32) }));
  expect(runStatus(state)).toBe("awaiting_gate");
  const request = state.gates.get("write")?.request;
  send(() => ({ type: "approve", approval: request?.approval ?? "", binding_hash: request?.bindingHash ?? "" }));
  send((seal) => ({ type: "tool_returned", step: "write", attempt: 1, output: seal.json({ path: "a.md" }), artifacts: seal.json([{ path: "a.md", sha256: "00", bytes: 5 }]), undo: { tool: "files.restore", args: seal.json({}) }, usage }));
  expect(runStatus(state)).toBe("completed");
  const again = replay(RUN, stored, rules);
  if (again.result === "different") console.log(again.recorded, again.derived);
  expect(again.result).toBe("equal");
  const reader = new EntryReader(hash);
  for (const each of stored) reader.read(each);
  console.log(stored.map((s) => s.bytes.length));
});
