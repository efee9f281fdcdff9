import { expect, test } from "vitest";

import { Workspace } from "./acceptance/workspace.ts";

const list = { id: "list", tool: "files.list", params: {} };

const isReadable = ({ entries }: Awaited<ReturnType<Workspace["history"]>>): boolean =>
  entries.some(({ facts }) => facts.some((fact) => fact.type === "attempt_returned" && !fact.output.isErased));

test("a run that was looked at and then erased is not shown from memory", async () => {
  await using work = Workspace.make(null);
  const run = await work.plan([list]);
  expect(isReadable(await work.history(run))).toBe(true);
  await (await work.desk()).send({ method: "audit_redact", run, reason: "erasure_request" });
  expect(isReadable(await work.history(run))).toBe(false);
});

test("looking again shows what was added, and another run in between is no matter", async () => {
  await using work = Workspace.make(null);
  const run = await work.plan([list, { id: "gate", kind: "gate", depends_on: ["list"] }]);
  const before = (await work.history(run)).entries.length;
  await work.approve(run);
  const after = (await work.history(run)).entries;
  expect(after.length).toBeGreaterThan(before);
  await work.history(await work.plan([list]));
  const anew = (await work.history(run)).entries;
  expect(anew.map(({ version }) => version)).toEqual(after.map(({ version }) => version));
});
