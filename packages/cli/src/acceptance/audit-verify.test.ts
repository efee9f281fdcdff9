import { chmodSync, copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { isJsonObject } from "@writ/core";
import type { LogReport } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { auditLines } from "../terminal/audit-view.ts";
import { SCREEN } from "../terminal/gallery-samples.ts";
import { auditNotes, auditView } from "../views/audit.ts";
import { AuditScene, containing, listOf } from "./audit-scene.ts";
import { like } from "./matching.ts";

const codesOf = (json: { readonly [name: string]: unknown }): readonly string[] => {
  const findings = json["findings"];
  return Array.isArray(findings)
    ? findings.map((each: { readonly code: string; readonly seq: number }) => `${each.code}@${each.seq}`)
    : [];
};

describe("a log that nobody touched", () => {
  test("is intact: every entry, the tree, the signature, the lists and what was last seen agree", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const { exit, json, out } = await scene.writ("audit", "verify", "--json");
    expect(out).not.toBe("");
    expect(exit).toBe(0);
    expect(json).toMatchObject({ ok: true, size: 8, findings: [], signed: { size: 8 }, since: { size: 8 } });
    expect((await scene.writ("audit", "verify")).out).toContain("✓ Intact");
  });
});

describe("a log whose newest entries nobody signed", () => {
  test("is intact, and the tail is told with its place and its first instant", async () => {
    using scene = new AuditScene();
    await scene.demo();
    scene.tamper("DELETE FROM signed_head WHERE size = (SELECT max(size) FROM signed_head)");
    const { exit, json } = await scene.writ("audit", "verify", "--json");
    expect(exit).toBe(0);
    const [signed, unsigned] = [json["signed"], json["unsigned"]].map((each) => (isJsonObject(each) ? each : {}));
    expect(Number(signed?.["size"])).toBeGreaterThan(0);
    expect(unsigned).toEqual({
      entries: 8 - Number(signed?.["size"]),
      seq: signed?.["size"],
      since: like(/Z$/),
    });
    expect(json["notes"]).toEqual([]);
    const { out } = await scene.writ("audit", "verify");
    expect(out).toMatch(/unsigned {2}[0-9] entr(y|ies) behind the signed head since /);
    expect(out).not.toContain("head_unsigned");
  });

  test("is told of as a whole where there is no signed head at all", async () => {
    using scene = new AuditScene();
    await scene.demo();
    scene.tamper("DELETE FROM signed_head");
    const { exit, json } = await scene.writ("audit", "verify", "--json");
    expect(exit).toBe(0);
    expect(json).toMatchObject({ signed: null, unsigned: { entries: 8, seq: 0 } });
  });

  test.each([
    ["a minute", 60_000, []],
    ["more than a minute", 60_001, ["head_unsigned"]],
  ])("after %s is told by its code, and how to have it signed: %i ms", (_, age, notes) => {
    const report = unsignedReport();
    const now = Date.parse(report.unsigned?.since ?? "") + age;
    expect(auditNotes(report, now)).toEqual(notes);
    const spans = auditLines(SCREEN, auditView(report, { now, tookMs: 3 })).flatMap((line) => [...line, { text: " " }]);
    const text = spans
      .map((span) => span.text)
      .join("")
      .replaceAll(/\s+/g, " ")
      .trim();
    expect(text).toMatch(/^✓ Intact.* signed up to 41 entries, .* unsigned 7 entries behind the signed head since/);
    expect(text.includes("writ audit checkpoint [head_unsigned]")).toBe(notes.length === 1);
  });
});

/** A log of 48 entries whose first 41 are signed. */
function unsignedReport(): LogReport {
  return {
    log: "log_01m7xcc2g3b93rthtjgbd2xt23",
    origin: "writ.local/log_01m7xcc2g3b93rthtjgbd2xt23",
    size: 48,
    root: "ab".repeat(32),
    findings: [],
    signed: { size: 41, time: "2026-11-20T14:21:09.500Z" },
    unsigned: { entries: 7, seq: 41, since: "2026-11-20T14:21:10.000Z" },
    since: null,
    key: "writ.local/log_01m7xcc2g3b93rthtjgbd2xt23+9f3c12ab+AQ==",
  };
}

describe("P66 a log that somebody changed", () => {
  const edits: readonly (readonly [string, readonly string[], string])[] = [
    [
      "an entry is edited",
      [`UPDATE entry SET bytes = replace(bytes, '"user"', '"uses"') WHERE seq = 1`],
      "tree_root@0",
    ],
    ["an entry is removed", ["DELETE FROM entry WHERE seq = 4"], "entry_missing@4"],
    ["the last entry is removed", ["DELETE FROM entry WHERE seq = 7"], "entry_missing@7"],
    [
      "two entries change places",
      [
        "UPDATE entry SET seq = 100 WHERE seq = 3",
        "UPDATE entry SET seq = 3 WHERE seq = 4",
        "UPDATE entry SET seq = 4 WHERE seq = 100",
      ],
      "entry_order@3",
    ],
    ["a run's column says another version", ["UPDATE entry SET version = 70 WHERE seq = 5"], "entry_malformed@5"],
    ["a list says something else", ["UPDATE run_view SET version = 3"], "views_differ@1"],
  ];
  test.each(edits)("%s: found where it is, exit 5", async (_, statements, finding) => {
    using scene = new AuditScene();
    await scene.demo();
    scene.tamper(...statements);
    const { exit, json } = await scene.writ("audit", "verify", "--json");
    expect(exit).toBe(5);
    expect(codesOf(json)[0]).toBe(finding);
    const block = (await scene.writ("audit", "verify")).out;
    expect(block).toContain("✗ Not intact.");
  });

  test("a whole tree that is rewritten along with an entry is betrayed by the signed head", async () => {
    using scene = new AuditScene();
    await scene.demo();
    scene.tamper(`UPDATE signed_head SET note = replace(note, 'time 2', 'time 1')`);
    const { exit, json } = await scene.writ("audit", "verify", "--json");
    expect(exit).toBe(5);
    expect(listOf(json["findings"]).map(({ code }) => code)).toContain("checkpoint_signature");
  });
});

test("a head nobody signed does not move the place where a change is looked for", async () => {
  using scene = new AuditScene();
  await scene.demo();
  scene.tamper(
    `UPDATE entry SET bytes = replace(bytes, '"at_ms":1', '"at_ms":2') WHERE seq = 6`,
    `INSERT OR REPLACE INTO signed_head SELECT 3, replace(note, char(10) || '8' || char(10), char(10) || '3' || char(10)) FROM signed_head WHERE size = 8`,
  );
  const { exit, json } = await scene.writ("audit", "verify", "--json");
  expect(exit).toBe(5);
  const [first] = listOf(json["findings"]);
  expect(Number(first?.["until"] ?? first?.["seq"])).toBeGreaterThanOrEqual(6);
});

describe("a database that is set back", () => {
  test("refuses to be written, can be read, and goes on as a log that says so", async () => {
    using scene = new AuditScene();
    const first = await scene.demo();
    copyFileSync(scene.database, scene.file("older.db"));
    await scene.demo();
    for (const suffix of ["-wal", "-shm"]) rmSync(`${scene.database}${suffix}`, { force: true });
    renameSync(scene.file("older.db"), scene.database);

    const refused = await scene.writ("audit", "checkpoint");
    expect(refused.exit).toBe(5);
    expect(refused.err).toContain("[log_rolled_back]");
    const verified = await scene.writ("audit", "verify", "--json");
    expect(verified.exit).toBe(5);
    expect(listOf(verified.json["findings"]).map(({ code }) => code)).toContain("log_rolled_back");
    expect((await scene.writ("replay", first)).exit).toBe(0);

    const accepted = await scene.writ("audit", "checkpoint", "--accept-loss", "--json");
    expect(accepted.exit).toBe(0);
    const after = await scene.writ("audit", "verify", "--json");
    expect(after.exit).toBe(0);
    expect(after.json["log"]).toBe(accepted.json["started"]);
    expect((await scene.writ("audit", "checkpoint", "--accept-loss")).exit).toBe(2);
    await scene.demo();
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
  });

  test("the head that was remembered elsewhere is enough to see it", async () => {
    using scene = new AuditScene();
    await scene.demo();
    copyFileSync(scene.database, scene.file("older.db"));
    await scene.demo();
    writeFileSync(scene.file("head.txt"), (await scene.writ("audit", "checkpoint")).out);
    rmSync(scene.file("state"), { recursive: true });
    for (const suffix of ["-wal", "-shm"]) rmSync(`${scene.database}${suffix}`, { force: true });
    renameSync(scene.file("older.db"), scene.database);
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
    const { exit, json } = await scene.writ("audit", "verify", "--last-seen", scene.file("head.txt"), "--json");
    expect(exit).toBe(5);
    expect(listOf(json["findings"])[0]).toMatchObject({ code: "log_rolled_back" });
  });
});

describe("the key's file", () => {
  test("missing, readable by others, or another one: refused by name, and reading goes on", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    const { json } = await scene.writ("key", "show", "--json");
    const file = String(json["file"]);
    chmodSync(file, 0o644);
    expect(await scene.writ("audit", "checkpoint")).toMatchObject({
      exit: 4,
      err: containing("[key_permissions]"),
    });
    chmodSync(file, 0o600);
    renameSync(file, scene.file("kept.pem"));
    expect(await scene.writ("audit", "checkpoint")).toMatchObject({
      exit: 2,
      err: containing("[key_not_found]"),
    });
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
    expect((await scene.writ("replay", run)).exit).toBe(0);
    renameSync(scene.file("kept.pem"), file);
    expect((await scene.writ("audit", "checkpoint")).exit).toBe(0);
  });
});
