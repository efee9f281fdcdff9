import { ERRORS, InvariantError, OrchestratorError, type ErrorCode } from "@writ/core";
import fc from "fast-check";
import { expect, test } from "vitest";

import { problemOf } from "./problem.ts";

const CODES = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);
const INSIDES = ["/srv/work/.orchestrate/writ.db", "SELECT * FROM token", "at open (/srv/app/store.js:10:3)"];

test("4.1-16 of a fault of ours nothing is told: no message, no stack, no cause, whatever was thrown", () => {
  const thrown = fc.constantFrom(
    ...INSIDES.flatMap((text) => [
      new Error(text),
      new TypeError(text, { cause: new Error(text) }),
      new InvariantError(text, { path: text }),
      Object.assign(new Error("x"), { stack: text }),
      text,
      { message: text },
    ]),
  );
  fc.assert(
    fc.property(thrown, fc.string(), (error, instance) => {
      const problem = problemOf(error, instance);
      expect(problem).toMatchObject({ status: 500, code: "internal", details: {}, problems: [], instance });
      const told = JSON.stringify({ ...problem, instance: "" });
      for (const text of [...INSIDES, "/srv", "SELECT", ".js:"]) expect(told).not.toContain(text);
    }),
  );
});

test("4.1-16 an error whose words may name places of the machine is told by its code alone", () => {
  let kept = 0;
  for (const code of CODES) {
    const error = new OrchestratorError(code, "/srv/work/.orchestrate/writ.db is full", {
      details: { path: "/srv/work" },
      problems: [{ code: "x", message: "/srv/work" }],
    });
    const problem = problemOf(error, "req_x");
    expect(problem).toMatchObject({ code, status: ERRORS[code].status, type: `/errors/${code}` });
    if (problem.status !== 500 && problem.status !== 507) continue;
    kept += 1;
    expect(JSON.stringify(problem)).not.toContain("/srv");
  }
  expect(kept).toBeGreaterThan(5);
});
