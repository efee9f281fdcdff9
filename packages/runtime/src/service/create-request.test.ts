import { expect, test } from "vitest";
import { createDocument, createRequest } from "./create-request.ts";

test("a run that is asked for with nothing but its goal begins at once, under the bounds of the workspace", () => {
  const request = createRequest({ goal: "daily brief", door: "run" });
  expect(createDocument.parse(request)).toEqual(request);
  expect(request).toMatchObject({ plan: null, author: null, mode: null, budget: {}, begin: true });
  expect(createRequest({ goal: "", door: "plan", begin: false }).begin).toBe(false);
  expect(createDocument.safeParse({ ...request, door: "undo" }).success).toBe(false);
});
