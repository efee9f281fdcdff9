import { OrchestratorError, type Problem } from "@writ/core";
import { describe, expect, test } from "vitest";

import { readConfig, type Config } from "./config.ts";

const OPERATOR = { id: "GATE_OPERATOR", role: "approver", quorum: 1 };

/** What is configured by the user's file and the workspace's. */
function configured(user: string, workspace: string): Config {
  return readConfig({
    user: { file: "config.yaml", text: user },
    workspace: { file: "writ.yaml", text: workspace },
    environment: {},
    root: "/work",
  });
}

function refused(user: string, workspace: string): { readonly code: string; readonly fields: readonly unknown[] } {
  try {
    configured(user, workspace);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const { code, problems } = error;
    return { code, fields: problems.map(({ place }: Problem) => place?.field) };
  }
  return { code: "accepted", fields: [] };
}

describe("how far a workspace's runs may reach", () => {
  test.each([
    ["", "policy: { ceiling: local_write }", "local_write"],
    ["policy: { ceiling: network }", "policy: { ceiling: read_only }", "read_only"],
    ["policy: { ceiling: network }", "policy: { ceiling: network }", "network"],
    ["policy: { ceiling: network }", "{}", "network"],
  ])("the user's %j with the workspace's %j is %s", (user, workspace, ceiling) => {
    expect(configured(user, workspace).ceiling).toBe(ceiling);
  });

  test("further than the user allows is refused", () => {
    expect(refused("policy: { ceiling: local_write }", "policy: { ceiling: network }")).toEqual({
      code: "policy_relaxation",
      fields: ["policy.ceiling"],
    });
  });
});

describe("gates", () => {
  const gate = (quorum: number, role = "approver", id = "GATE_OPERATOR"): string =>
    `policy: { gates: [{ id: ${id}, role: ${role}, quorum: ${quorum} }] }`;
  const named = "policy: { gates: [{ id: GATE_OPERATOR, role: approver }] }";

  test.each([
    ["two people where one was enough", "", gate(2), [{ ...OPERATOR, quorum: 2 }]],
    ["more than the user's own file asks for", gate(2), gate(3), [{ ...OPERATOR, quorum: 3 }]],
    ["the user's own, which may ask for more at the gate there always is", gate(2), "{}", [{ ...OPERATOR, quorum: 2 }]],
    ["no number, which leaves the user's", gate(2), named, [{ ...OPERATOR, quorum: 2 }]],
    [
      "one of its own",
      "",
      gate(2, "lawyer", "GATE_LEGAL"),
      [OPERATOR, { id: "GATE_LEGAL", role: "lawyer", quorum: 2 }],
    ],
  ])("%s", (_, user, workspace, gates) => {
    expect(configured(user, workspace).policy.gates).toEqual(gates);
  });

  test.each([
    ["fewer people", gate(2), gate(1), "policy_relaxation", "policy.gates"],
    ["other people", "", gate(1, "anybody"), "policy_relaxation", "policy.gates"],
    [
      "one gate twice",
      "",
      "policy: { gates: [{ id: GATE_A, role: a, quorum: 2 }, { id: GATE_A, role: a }] }",
      "config_invalid",
      "policy.gates.1.id",
    ],
  ])("%s: refused", (_, user, workspace, code, field) => {
    expect(refused(user, workspace)).toEqual({ code, fields: [field] });
  });
});
