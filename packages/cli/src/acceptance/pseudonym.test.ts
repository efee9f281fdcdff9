import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonObject } from "@writ/core";
import { describe, expect, test } from "vitest";

import { Workspace, documentOf } from "./workspace.ts";

const write = { id: "write", tool: "files.write", params: { path: "a.md", content: "a" } };
const NAME = "mira-of-the-third-floor";

/** As the world of a process is: known by a name, under no id yet. */
function named(): Workspace {
  const work = Workspace.make(null);
  work.world = { ...work.world, user: { id: null, name: NAME } };
  return work;
}

function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}

describe("the name of a user", () => {
  test("is on screens, an id is in --json, and nothing below .orchestrate holds the name", async () => {
    await using work = named();
    const approved = await work.plan([write]);
    await work.approve(approved);
    const denied = await work.plan([write]);
    await work.deny(denied, "not now");
    const { started_by: id } = documentOf(await work.command("report", approved, "--format", "json"));
    expect(id).toMatch(/^usr_[0-9a-z]{26}$/);
    const { approvals } = documentOf(await work.command("report", denied, "--format", "json"));
    expect(JSON.stringify(approvals)).toContain(`"decided_by":"${String(id)}"`);

    const screens = [
      await work.command("show", approved),
      await work.command("show", denied),
      await work.command("list"),
      await work.command("approvals", "approve", await decided(work, denied)),
    ].map(({ out, err }) => out + err);
    for (const text of screens) {
      expect(text).toContain(NAME);
      expect(text).not.toContain("usr_");
    }
    await work.close();
    expect(filesWith(work.folder, String(id)).length).toBeGreaterThan(0);
    expect(filesWith(work.folder, NAME)).toEqual([]);
    expect(filesWith(join(work.base, "data"), NAME)).toEqual([`${process.getuid?.() ?? 0}.json`]);
  });

  test("is made when somebody acts, not when somebody looks", async () => {
    await using work = named();
    expect((await work.command("list")).exit).toBe(0);
    expect(readdirSync(join(work.base, "data", "writ"))).toEqual(["keys"]);
    await work.plan([write]);
    expect(readdirSync(join(work.base, "data", "writ")).toSorted()).toEqual(["keys", "users"]);
  });

  test("stays with runs that were recorded under it, beside those under an id", async () => {
    await using work = Workspace.make(null);
    const old = await work.plan([write]);
    await work.close();
    work.world = { ...work.world, user: { id: null, name: NAME } };
    const { approvals } = await work.view(old);
    const [first] = approvals;
    expect((await work.command("approvals", "approve", String(first?.approval_id))).exit).toBe(0);
    const { out } = await work.command("show", old);
    expect(out).toContain("started by mira ");
    expect(out).toContain(`approved by ${NAME}`);
    expect((await work.command("audit", "verify")).exit).toBe(0);
    expect((await work.command("replay", old)).exit).toBe(0);
  });
});

async function decided(work: Workspace, run: string): Promise<string> {
  const { approvals } = documentOf(await work.command("report", run, "--format", "json"));
  const [one] = Array.isArray(approvals) ? approvals.filter(isJsonObject) : [];
  return String(one?.["approval_id"]);
}
