import { openApiDocument } from "@writ/api/contract/openapi";
import { OPERATIONS } from "@writ/api/contract/operations";
import { describe, expect, test } from "vitest";

import { operationsOf } from "./document.ts";

describe("the reference", () => {
  const operations = operationsOf(openApiDocument("0.0.0"));

  test("has every operation of the table, with its roles, under its tag", () => {
    expect(operations.map(({ id }) => id).toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
    expect(operations.find(({ id }) => id === "approve")).toMatchObject({
      method: "POST",
      path: "/approvals/{id}/approve",
      tag: "approvals",
      needs: "Needs approver, admin.",
    });
  });

  test("knows what goes in and what comes out", () => {
    const list = operations.find(({ id }) => id === "list_tasks");
    expect(list?.parameters.map(({ name }) => name)).toContain("needs_you");
    expect(operations.find(({ id }) => id === "create_task")?.body).toBeDefined();
    expect(list?.answers.map(({ status }) => status)).toEqual(["200", "304", "default"]);
  });

  test("of no document there is none", () => {
    expect(operationsOf(null)).toEqual([]);
    expect(operationsOf({ paths: 3 })).toEqual([]);
  });
});
