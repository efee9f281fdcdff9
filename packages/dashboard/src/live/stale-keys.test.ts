import type { EventDocument } from "@writ/api/contract/event";
import { describe, expect, test } from "vitest";

import { spoken, staleKeys } from "./stale-keys.ts";

const RUN = "run_00000000000000000000000001";

function event(...facts: readonly (Record<string, unknown> & { readonly type: string })[]): EventDocument {
  return {
    specversion: "1.0",
    id: "7",
    source: "urn:writ:log",
    type: "dev.writ.run.entry",
    subject: RUN,
    time: "2026-11-20T14:02:08.000Z",
    datacontenttype: "application/json",
    data: {
      run_id: RUN,
      version: 1,
      actor: { kind: "user", id: "usr_a" },
      input: null,
      facts: [...facts],
    },
  };
}

describe("what an event makes stale", () => {
  test("the run, the lists, the evidence of open requests", () => {
    const keys = staleKeys([event({ type: "step_started" })]);
    expect(keys).toEqual([["approval"], ["run", RUN], ["audit"]]);
  });

  test("a decision makes the queue stale, too", () => {
    expect(staleKeys([event({ type: "approval_granted" })])).toContainEqual(["approvals"]);
  });
});

describe("what is spoken", () => {
  test("is merged into one sentence", () => {
    const completed = { type: "verdict_rendered", outcome: "succeeded" };
    expect(spoken([event(completed, completed, { type: "approval_requested" })], null)).toBe(
      "2 steps completed, 1 waits for you",
    );
  });

  test("is nothing for another run and for facts of no consequence", () => {
    expect(spoken([event({ type: "approval_requested" })], "run_other")).toBe("");
    expect(spoken([event({ type: "scope_opened" })], null)).toBe("");
  });
});
