import { aToolSpec } from "@writ/testkit/build/rules";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { epochMs } from "../base/time.ts";
import { POLICY_MODES, type PolicyMode } from "../plan/plan-document.ts";
import { APPROVAL_MODES, type ApprovalMode } from "../tool/approval-mode.ts";
import { authorize, type Authorization, type PolicyQuery } from "./authorize.ts";
import { DEFAULT_POLICY } from "./defaults.ts";
import { relaxes, stricterMode, type Lift, type Policy, type Rule } from "./policy.ts";

const NOW = epochMs(1_000_000);
const TOOL = "area.do_it";

type Traits = NonNullable<Parameters<typeof aToolSpec>[2]>["traits"];

interface Asked extends Partial<Omit<PolicyQuery, "spec">> {
  readonly tier: ApprovalMode;
  readonly traits?: Traits;
  readonly policy?: Partial<Policy>;
}

/** One call of one tool, with outbound on for every host it may name. */
function ask({ tier, traits = {}, policy = {}, ...query }: Asked): Authorization {
  return authorize(
    { ...DEFAULT_POLICY, hosts: ["api.example"], ...policy },
    {
      spec: aToolSpec(TOOL, tier, { traits }),
      tool: TOOL,
      args: {},
      mode: "constrained",
      gates: [],
      tainted: false,
      at: NOW,
      ...query,
    },
  );
}

const line = ({ effect, rules }: Authorization): string => [effect, ...rules].join(" ");

describe("the policy mode decides which tiers need a person", () => {
  const MATRIX: Readonly<Record<ApprovalMode, Readonly<Record<PolicyMode, Authorization["effect"]>>>> = {
    read_only: { constrained: "permit", review_required: "permit", autonomous: "permit" },
    local_write: { constrained: "gate", review_required: "gate", autonomous: "permit" },
    network: { constrained: "gate", review_required: "gate", autonomous: "self" },
    delegated: { constrained: "gate", review_required: "gate", autonomous: "self" },
    destructive: { constrained: "gate", review_required: "gate", autonomous: "gate" },
  };
  const cells = APPROVAL_MODES.flatMap((tier) => POLICY_MODES.map((mode) => [tier, mode, MATRIX[tier][mode]] as const));

  test.each(cells)("%s in %s: %s, by the rule of that name", (tier, mode, effect) => {
    expect(ask({ tier, mode })).toEqual({ effect, rules: [`policy.${mode}.${tier}`] });
  });

  test.each(cells)("a tool marked always-approve, %s in %s: gate", (tier, mode) => {
    const { effect, rules } = ask({ tier, mode, traits: { alwaysApprove: true } });
    expect(effect).toBe("gate");
    expect(rules).toContain("policy.always_approve");
  });

  test.each(cells)("a gate that the plan lists, %s in %s: gate", (tier, mode) => {
    const { effect, rules } = ask({ tier, mode, gates: ["GATE_A", "GATE_B"] });
    expect(effect).toBe("gate");
    expect(rules).toEqual(expect.arrayContaining(["GATE_A", "GATE_B"]));
  });

  test.each(cells)("not allow-listed, %s in %s: refused", (tier, mode) => {
    expect(line(ask({ tier, mode, policy: { tools: ["area.other", "do_it", "areas.*"] } }))).toBe("forbid allowlist");
    expect(line(ask({ tier, mode, policy: { tools: [] } }))).toBe("forbid allowlist");
    expect(ask({ tier, mode, policy: { tools: ["area.*"] } }).effect).toBe(MATRIX[tier][mode]);
  });

  test.each(cells)("outbound off, %s in %s: refused where the tool sends", (tier, mode) => {
    const sends = tier === "network" || tier === "delegated";
    expect(line(ask({ tier, mode, policy: { hosts: [] } }))).toBe(
      sends ? "forbid outbound_off" : `${MATRIX[tier][mode]} policy.${mode}.${tier}`,
    );
  });
});

test("a tool that nobody registered is refused, whatever the policy names", () => {
  const query = { spec: null, tool: TOOL, args: {}, mode: "autonomous", gates: [], tainted: false, at: NOW } as const;
  expect(line(authorize(DEFAULT_POLICY, query))).toBe("forbid allowlist");
});

describe("a tool that says which host it reaches", () => {
  test.each([
    ["https://api.example/v1?x=1", "self"],
    ["api.example", "self"],
    ["http://api.example:8080/", "forbid"],
    ["https://api.example.evil.test/", "forbid"],
    ["https://evil.test/api.example", "forbid"],
    ["https://me@api.example/", "forbid"],
    ["https://API.example/", "forbid"],
    ["", "forbid"],
    [7, "forbid"],
  ])("%j: %s", (url, effect) => {
    const asked = ask({ tier: "network", mode: "autonomous", traits: { host: "/url" }, args: { url } });
    expect(asked.effect).toBe(effect);
    if (effect === "forbid") expect(asked.rules).toEqual(["egress"]);
  });

  test("and does not say it in this call, is refused", () => {
    expect(line(ask({ tier: "network", mode: "autonomous", traits: { host: "/url" } }))).toBe("forbid egress");
  });
});

describe("what a model or another tool wrote", () => {
  const traits: Traits = { writes: [{ at: "/path", as: "path" }] };

  test.each(POLICY_MODES)("is not written to a file that acts by itself without a person, in %s", (mode) => {
    const args = { path: "sub/.bashrc" };
    const tainted = ask({ tier: "local_write", mode, traits, args, tainted: true });
    expect(tainted.effect).toBe("gate");
    expect(tainted.rules).toContain("policy.sensitive_path");
    expect(ask({ tier: "local_write", mode, traits, args }).rules).not.toContain("policy.sensitive_path");
  });

  test("may be written elsewhere as anything may", () => {
    const asked = { tier: "local_write", mode: "autonomous", traits, args: { path: "a.md" }, tainted: true } as const;
    expect(ask(asked).effect).toBe("permit");
  });
});

describe("a rule of the owner", () => {
  const rule = (over: Partial<Rule>): Partial<Policy> => ({
    rules: [{ id: "mine", effect: "gate", tool: TOOL, when: null, ...over }],
  });
  const read = { tier: "read_only", mode: "autonomous" } as const;

  test.each<readonly [string, Partial<Rule>, string]>([
    ["gates what no mode would", {}, "gate mine"],
    ["refuses", { effect: "forbid" }, "forbid mine"],
    ["is about its own tools only", { effect: "forbid", tool: "other.*" }, "permit policy.autonomous.read_only"],
    ["is about the arguments it names", { when: "args.n > 3" }, "gate mine"],
    ["is not about others", { when: "args.n > 4" }, "permit policy.autonomous.read_only"],
    ["that cannot be evaluated holds, to be safe", { when: "args.m > 3" }, "gate mine"],
    ["that cannot be read holds, to be safe", { effect: "forbid", when: "args.n >" }, "forbid mine"],
    [
      "that holds for a number that is no condition does not hold",
      { when: "args.n" },
      "permit policy.autonomous.read_only",
    ],
  ])("%s", (_, over, answer) => {
    expect(line(ask({ ...read, args: { n: 4 }, policy: rule(over) }))).toBe(answer);
  });

  test("forbid beats gate, gate beats permit, and all that decided are named once, in order", () => {
    const rules: readonly Rule[] = [
      { id: "z", effect: "gate", tool: "*", when: null },
      { id: "a", effect: "gate", tool: "area.*", when: null },
    ];
    const no: Rule = { id: "no", effect: "forbid", tool: "*", when: null };
    expect(line(ask({ ...read, policy: { rules }, gates: ["z"] }))).toBe("gate a z");
    expect(line(ask({ ...read, policy: { rules: [...rules, no] } }))).toBe("forbid no");
  });
});

describe("a lifted gate", () => {
  const LIFT: Lift = { id: "lift-1", tool: TOOL, when: null, folder: null, expiresAtMs: null };
  const traits: Traits = { writes: [{ at: "/path", as: "path" }] };
  const write = { tier: "local_write", traits, args: { path: "briefs/a.md", n: 1 } } as const;
  const lifted = (over: Partial<Lift>, asked: Partial<Asked> = {}): string =>
    line(ask({ ...write, ...asked, policy: { lifts: [{ ...LIFT, ...over }] } }));

  const gate = "gate policy.constrained.local_write";
  test.each<readonly [string, Partial<Lift>, Partial<Asked>, string]>([
    ["runs under its own name", {}, {}, "permit lift-1"],
    ["is for its tool", { tool: "area.other" }, {}, gate],
    ["is for its area", { tool: "area.*" }, {}, "permit lift-1"],
    ["is for the arguments it names", { when: "args.n == 1" }, {}, "permit lift-1"],
    ["not for others", { when: "args.n == 2" }, {}, gate],
    ["not where its condition cannot be evaluated", { when: "args.m == 1" }, {}, gate],
    ["not where its condition cannot be read", { when: "args.n ==" }, {}, gate],
    ["is for its folder", { folder: "briefs" }, {}, "permit lift-1"],
    ["and what is below it", { folder: "briefs/" }, { args: { path: "briefs/x/a.md" } }, "permit lift-1"],
    ["not for one whose name begins so", { folder: "brief" }, {}, gate],
    ["not for a way out of it", { folder: "briefs" }, { args: { path: "briefs/../a.md" } }, gate],
    ["not where nobody knows what is written", { folder: "briefs" }, { args: {} }, gate],
    ["holds until it expires", { expiresAtMs: NOW + 1 }, {}, "permit lift-1"],
    ["not from then on", { expiresAtMs: NOW }, {}, gate],
    ["not where the plan lists a gate", {}, { gates: ["GATE_A"] }, `gate GATE_A policy.constrained.local_write`],
  ])("%s", (_, over, asked, answer) => {
    expect(lifted(over, asked)).toBe(answer);
  });

  test("is for every file a patch writes, or for none", () => {
    const patch = (...paths: readonly string[]) => paths.map((path) => `--- a/${path}\n+++ b/${path}\n`).join("");
    const asked = { traits: { writes: [{ at: "/patch", as: "patch" }] } } as const;
    const of = (...paths: readonly string[]) =>
      lifted({ folder: "src" }, { ...asked, args: { patch: patch(...paths) } });
    expect(of("src/a.ts", "src/b.ts")).toBe("permit lift-1");
    expect(of("src/a.ts", "lib/b.ts")).toBe(gate);
  });

  test.each(POLICY_MODES)("is never one of a destructive tool, nor of one marked always-approve, in %s", (mode) => {
    const policy = { lifts: [{ ...LIFT, tool: "*" }] };
    expect(ask({ tier: "destructive", mode, policy }).effect).toBe("gate");
    expect(ask({ tier: "local_write", mode, policy, traits: { alwaysApprove: true } }).effect).toBe("gate");
  });

  test("of a host is for that host", () => {
    const sends = {
      tier: "network",
      traits: { host: "/url" },
      policy: { hosts: ["api.example", "b.example"] },
    } as const;
    const of = (url: string) =>
      line(
        ask({
          ...sends,
          args: { url },
          policy: { ...sends.policy, lifts: [{ ...LIFT, when: 'starts_with(args.url, "https://api.example/")' }] },
        }),
      );
    expect(of("https://api.example/a")).toBe("self lift-1");
    expect(of("https://b.example/a")).toBe("gate policy.constrained.network");
    expect(of("https://c.example/a")).toBe("forbid egress");
  });

  test.each(["network", "delegated"] as const)(
    "leaves %s to propose, approve, execute, with the policy as approver",
    (tier) => {
      expect(line(ask({ tier, policy: { lifts: [LIFT] } }))).toBe("self lift-1");
    },
  );
});

describe("a stricter mode", () => {
  const FREEDOM: readonly Authorization["effect"][] = ["forbid", "gate", "self", "permit"];
  const RULES: readonly Rule[] = [
    { id: "r1", effect: "gate", tool: "area.*", when: "args.n > 1" },
    { id: "r2", effect: "forbid", tool: TOOL, when: 'args.path == "no"' },
  ];
  const LIFTS: readonly Lift[] = [
    { id: "l1", tool: "*", when: null, folder: "briefs", expiresAtMs: null },
    { id: "l2", tool: TOOL, when: "args.n < 2", folder: null, expiresAtMs: NOW + 1 },
  ];
  const rarely = fc.nat({ max: 9 }).map((n) => n === 5);
  const asked = fc.record({
    tier: fc.constantFrom(...APPROVAL_MODES),
    traits: fc.record({ alwaysApprove: rarely, writes: fc.constant([{ at: "/path", as: "path" } as const]) }),
    policy: fc.record({
      tools: rarely.map((off) => (off ? ["other.x"] : ["area.*"])),
      hosts: rarely.map((off) => (off ? [] : ["api.example"])),
      rules: fc.subarray([...RULES]),
      lifts: fc.subarray([...LIFTS]),
    }),
    args: fc.record({
      n: fc.integer({ min: 0, max: 3 }),
      path: fc.constantFrom("no", "a.md", "briefs/a.md", ".bashrc"),
    }),
    gates: rarely.map((listed) => (listed ? ["GATE_A"] : [])),
    tainted: fc.boolean(),
  });

  test("never allows more, whatever else is asked", () => {
    let differing = 0;
    let lifted = 0;
    fc.assert(
      fc.property(asked, (query) => {
        const [free, constrained, reviewed] = (["autonomous", "constrained", "review_required"] as const).map((mode) =>
          ask({ ...query, mode }),
        );
        const freedom = [reviewed, constrained, free].map((each) => FREEDOM.indexOf(each?.effect ?? "forbid"));
        differing += new Set(freedom).size > 1 ? 1 : 0;
        lifted += constrained?.rules.some((rule) => rule.startsWith("l")) === true ? 1 : 0;
        expect(freedom).toEqual(freedom.toSorted((a, b) => a - b));
      }),
      { numRuns: 2_000 },
    );
    expect(differing).toBeGreaterThan(100);
    expect(lifted).toBeGreaterThan(100);
  });

  test.each([
    ["autonomous", "constrained", "constrained"],
    ["constrained", "review_required", "review_required"],
    ["autonomous", "review_required", "review_required"],
  ] as const)("of %s and %s is %s", (looser, stricter, wanted) => {
    expect([stricterMode(looser, stricter), stricterMode(stricter, looser)]).toEqual([wanted, wanted]);
    expect([relaxes(looser, stricter), relaxes(stricter, looser), relaxes(looser, looser)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
