import {
  firstDifference,
  react,
  initialState,
  EntryReader,
  beginEntry,
  evolve,
  EntrySealer,
  type Binding,
  type RunState,
} from "@writ/core";
import { bindingHash, driftOf } from "@writ/core/run/decide-approval";
import type { History } from "@writ/runtime";
import { testHasher } from "@writ/testkit/build/hasher";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { Workspace } from "./workspace.ts";

const STEP = "write";
const plan = [{ id: STEP, tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } }];
const OTHER = `sha256:${"0".repeat(64)}`;

/** Each bound field with another value; `type` has but one. */
const CHANGES: { readonly [F in keyof Binding]: (bound: Binding) => unknown } = {
  type: () => "writ/approval/v2",
  log: () => "log_01m7xcc2g3pcfz3hmdpdpdksfz",
  tenant: () => "somebody-else",
  run: () => "run_01m7xcc2gaf7j9gjawm0trnb84",
  plan: () => "plan_01m7xcc2ghp67kdy95b36qd0h6",
  step: () => "another",
  approval: () => "apr_01m7xcc2gr4by110kqzwdq5kbr",
  plan_commit: () => "0".repeat(64),
  tool: () => "files.delete",
  tool_hash: () => OTHER,
  args_commit: () => "0".repeat(64),
  evidence: () => [{ commit: "0".repeat(64), ref: "live:docs.write_doc:target" }],
  preview_commit: () => "0".repeat(64),
  policy_hash: () => OTHER,
  sandbox_hash: () => OTHER,
  tier: () => "read_only",
  gates: () => ["GATE_OTHER"],
  budget: ({ budget }) => ({ ...budget, wall_clock_ms: budget.wall_clock_ms + 1 }),
  idempotency_key: () => "ik_other",
  expires_at_ms: ({ expires_at_ms }) => expires_at_ms + 1,
  nonce: () => "f".repeat(64),
};

/** Nothing else of a state says what they are: the digest of the whole shows a change. */
const ONLY_IN_THE_BINDING: ReadonlySet<string> = new Set(["expires_at_ms", "nonce"]);

/** A state of one's own to change: what the journal says, folded again. */
function folded({ stored, state }: History): RunState {
  const own = initialState(state.run, state.rules);
  const reader = new EntryReader(state.rules.hash);
  for (const each of stored) {
    const entry = reader.read(each);
    beginEntry(own, entry.at, entry.actor);
    for (const fact of entry.facts) evolve(own, fact);
  }
  return own;
}

function altered(binding: Binding, field: keyof Binding): Binding {
  return Object.assign({}, binding, { [field]: CHANGES[field](binding) });
}

describe("issue 7.7: an approval binds every field", () => {
  test("P24 AS-23 each field changed between approve and execute is refused, by name", async () => {
    await using work = Workspace.make(null);
    const history = await work.history(await work.plan(plan));
    const fields = Object.keys(CHANGES);
    let named = 0;
    const sentOrNot = (state: RunState, hash: string, approval: string) =>
      react(state, {
        at: state.now,
        actor: { kind: "user", id: "mira" },
        input: { type: "approve", approval, binding_hash: hash },
        seal: new EntrySealer(testHasher, () => new Uint8Array(32)),
      });
    for (const field of fields) {
      const state = folded(history);
      const gate = state.gates.get(STEP);
      const request = gate?.request;
      if (gate === undefined || request === null || request === undefined) throw new TypeError("nothing waits");
      const binding = altered(request.binding, nameOf(field));
      expect(firstDifference(request.binding, binding)).toBe(field);
      expect(driftOf(state, STEP, request)).toBeNull();

      // An answer to what was shown grants nothing else.
      state.gates.set(STEP, { ...gate, request: { ...request, binding, bindingHash: bindingHash(state, binding) } });
      expect(sentOrNot(state, request.bindingHash, request.approval)).toEqual([]);

      // What was granted is not what would be sent: void at dispatch, by name.
      state.gates.set(STEP, { ...gate, request: { ...request, binding } });
      const facts = sentOrNot(state, request.bindingHash, request.approval);
      expect({ field, sent: facts.some(({ type }) => type === "step_started") }).toEqual({ field, sent: false });
      expect(facts.find(({ type }) => type === "approval_voided")).toMatchObject({
        reason: { detail: ONLY_IN_THE_BINDING.has(field) ? "binding_hash" : field },
      });
      named += 1;
    }
    expect(named).toBe(fields.length);
    expect(fields).toHaveLength(21);
  });

  test("the tool's declaration changed meanwhile: not sent", async () => {
    const before = new TestTool("test.put", "local_write");
    const after = new TestTool("test.put", "local_write", { spec: { version: "2.0.0" } });
    await using work = Workspace.make(null, { fittings: { tools: [before] } });
    const run = await work.plan([{ id: "a", tool: "test.put" }]);
    await work.close();
    work.refit({ tools: [after] });
    await work.approve(run).catch(() => undefined);
    expect([...before.calls, ...after.calls]).toEqual([]);
    expect((await work.view(run)).status).not.toBe("completed");
  });

  test("AS-31 the policy became stricter meanwhile: not sent", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan(plan);
    await work.close();
    work.configure("policy: { rules: [{ id: no_docs, effect: forbid, tool: docs.write_doc }] }\n");
    await work.approve(run);
    expect((await work.view(run)).status).not.toBe("completed");
    expect((await work.facts(run)).find((fact) => fact.type === "attempt_failed")).toMatchObject({
      kind: "policy_denied",
    });
    expect(() => work.text("out.md")).toThrow("ENOENT");
  });
});

function nameOf(field: string): keyof Binding {
  for (const name of Object.keys(CHANGES) as (keyof Binding)[]) if (name === field) return name;
  throw new TypeError(field);
}
