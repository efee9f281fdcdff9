import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { readBundle } from "@writ/adapters/system/read-bundle";
import { parseStrict, verifyBundle } from "@writ/core";
import { describe, expect, test } from "vitest";

import { like } from "./matching.ts";
import { AuditScene, containing, holding, listOf, textOf, verifyWithOneFile } from "./audit-scene.ts";

describe("an export", () => {
  test("P69 of the whole log verifies by the core, by the command and by the one file, and replays again", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const head = scene.file("head.txt");
    writeFileSync(head, (await scene.writ("audit", "checkpoint")).out);
    await scene.demo();
    const folder = await scene.exported("--all", "--since", head);
    expect(verifyBundle(readBundle(folder), nodeVerifier, { lastSeen: readFileSync(head) })).toMatchObject({
      ok: true,
      entries: 15,
    });
    expect(verifyWithOneFile(folder, "--last-seen", head)).toMatchObject({ ok: true, exit: 0 });
    const { exit, json } = await scene.writ("verify-bundle", folder, "--last-seen", head, "--json");
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      key_pinned: false,
      replay: { equal: 2 },
      replayed_again: { equal: 2, different: [], not_replayable: [] },
    });
    const key = String(json["key"]);
    expect((await scene.writ("verify-bundle", folder, "--trust", key, "--json")).json).toMatchObject({
      ok: true,
      key_pinned: true,
    });
    using stranger = new AuditScene();
    await stranger.demo();
    const other = String((await stranger.writ("key", "show", "--json")).json["key"]);
    expect((await scene.writ("verify-bundle", folder, "--trust", other)).exit).toBe(5);
  });

  test("P69 of one run proves its entries and their places in a log that holds others", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const run = await scene.demo();
    const folder = await scene.exported(run);
    expect(readdirSync(folder).toSorted()).toEqual([
      "VERIFY.md",
      "blobs",
      "checkpoint",
      "entries.jsonl",
      "manifest",
      "replay.json",
      "report.md",
      "tree",
    ]);
    expect(verifyWithOneFile(folder)).toMatchObject({ ok: true });
    expect((await scene.writ("verify-bundle", folder, "--json")).json).toMatchObject({
      ok: true,
      entries: 8,
      size: 15,
      replayed_again: { equal: 1 },
    });
    expect(textOf(folder, "report.md")).toContain(run);
  });

  test("withholds what people, models, tools and files said, and says so", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    const folder = await scene.exported(run, "--withhold");
    expect(existsSync(join(folder, "report.md"))).toBe(false);
    const all = readdirSync(folder)
      .map((name) => textOf(folder, name))
      .join("");
    expect(all).not.toContain("Find new docs");
    const { exit, json } = await scene.writ("verify-bundle", folder, "--json");
    expect(exit).toBe(0);
    expect(Number(json["payloads_withheld"])).toBeGreaterThan(5);
    expect((await scene.writ("verify-bundle", folder, "--require-payloads")).exit).toBe(5);
  });

  test("never writes over anything", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    const said = await scene.writ("audit", "export", run, scene.root);
    expect(said).toMatchObject({ exit: 2, err: containing("[folder_not_empty]") });
  });

  test("a byte that is changed, a line that is removed, lines that change places: exit 5, and where", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const folder = await scene.exported("--all");
    const changed = async (name: string, edit: (lines: readonly string[]) => readonly string[]) => {
      const copy = scene.file(`copy-${name}`);
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, "entries.jsonl"), edit(textOf(folder, "entries.jsonl").split("\n")).join("\n"));
      const { exit, json } = await scene.writ("verify-bundle", copy, "--json");
      expect(exit).toBe(5);
      expect(verifyWithOneFile(copy)["exit"]).toBe(5);
      return listOf(json["errors"]).filter(({ file }) => file === "entries.jsonl");
    };
    expect(
      await changed("flip", (lines) =>
        lines.map((line, at) => (at === 2 ? line.replace("executor", "executos").replace('"user"', '"uses"') : line)),
      ),
    ).toContainEqual(holding({ code: "entry_leaf", seq: 2, line: 3 }));
    expect(await changed("cut", (lines) => lines.filter((_, at) => at !== 4))).toContainEqual(
      holding({ code: "entry_missing", seq: 4 }),
    );
    expect(
      await changed("swap", (lines) =>
        lines.map((line, at) => (at === 3 ? (lines[4] ?? "") : at === 4 ? (lines[3] ?? "") : line)),
      ),
    ).toContainEqual(holding({ code: "entry_order" }));
  });

  test("P63 artifacts of a run carry the SHA-256 of the bytes that were written", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    const { json } = await scene.writ("show", run, "--json");
    const artifacts = listOf(json["artifacts"]);
    expect(artifacts.length).toBeGreaterThan(0);
    for (const { path, sha256 } of artifacts) {
      expect(String(sha256).replace("sha256:", "")).toBe(
        createHash("sha256")
          .update(readFileSync(join(scene.root, String(path))))
          .digest("hex"),
      );
    }
  });
});

describe("proofs and receipts", () => {
  test("each entry of a run is proven against a head signed for it; a receipt stands alone", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    const { exit, json } = await scene.writ("audit", "prove", run, "--json");
    expect(exit).toBe(0);
    expect(listOf(json["proofs"]).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [approval] = listOf(parseStrict((await scene.writ("approvals", "--all", "--json")).out));
    const receipt = scene.file("receipt.json");
    expect((await scene.writ("audit", "receipt", String(approval?.["approval_id"]), receipt)).exit).toBe(0);
    expect((await scene.writ("verify-bundle", receipt, "--json")).json).toMatchObject({
      ok: true,
      decision: "approval_granted",
    });
    expect(verifyWithOneFile(receipt)).toMatchObject({ ok: true });
    writeFileSync(receipt, textOf(receipt).replace("approval_granted", "approval_denied"));
    expect((await scene.writ("verify-bundle", receipt)).exit).toBe(5);
  });
});

describe("erasing", () => {
  test("takes what a run holds out of database, folders and exports; every proof stays", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    expect((await scene.writ("audit", "redact", run.slice(4, 14))).exit).toBe(2);
    expect((await scene.writ("audit", "redact", run, "--reason", "secret_leaked")).exit).toBe(0);
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
    const folder = await scene.exported("--all");
    expect(verifyWithOneFile(folder)).toMatchObject({ ok: true });
    const { json } = await scene.writ("verify-bundle", folder, "--json");
    expect(json).toMatchObject({
      ok: true,
      payloads_verified: 0,
      replayed_again: { equal: 0, not_replayable: [{ run }] },
    });
    expect(Number(json["payloads_redacted"])).toBeGreaterThan(5);
    const replay = await scene.writ("replay", run);
    expect(replay).toMatchObject({ exit: 5, err: containing("[replay_input_missing]") });
    expect(readFileSync(scene.database).includes("Find new docs")).toBe(false);
    const view = join(scene.root, ".orchestrate", "runs", run);
    const files = readdirSync(view, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const { name, parentPath } of files) expect(textOf(parentPath, name)).not.toContain("Find new docs");
    expect(await scene.writ("audit", "redact", run)).toMatchObject({
      exit: 2,
      err: containing("[payload_not_found]"),
    });
  });
});

describe("a new key", () => {
  test("signs from its entry on; what the old one signed still holds, and a rotation that was cut short is finished", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const head = scene.file("head.txt");
    writeFileSync(head, (await scene.writ("audit", "checkpoint")).out);
    const before = String((await scene.writ("key", "show", "--json")).json["key"]);
    const rotated = await scene.writ("key", "rotate", "--json");
    expect(rotated.exit).toBe(0);
    expect(rotated.json["key"]).not.toBe(before);
    const file = String((await scene.writ("key", "show", "--json")).json["file"]);
    await scene.demo();
    const folder = await scene.exported("--all", "--since", head);
    expect(verifyWithOneFile(folder, "--last-seen", head, "--trust", before)).toMatchObject({ ok: true });
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
    // As after a crash between the log's entry and the change of files.
    cpSync(file, file.replace(".pem", ".next.pem"));
    writeFileSync(file, "not yet the new one");
    expect((await scene.writ("audit", "checkpoint")).exit).toBe(0);
    expect(existsSync(file.replace(".pem", ".next.pem"))).toBe(false);
    // As after a crash before it: a key that never signed goes.
    cpSync(scene.file("data"), scene.file("kept"), { recursive: true });
    await scene.writ("key", "rotate");
    cpSync(scene.file("kept"), scene.file("data"), { recursive: true });
    expect(await scene.writ("audit", "checkpoint")).toMatchObject({
      exit: 4,
      err: containing("[key_not_in_force]"),
    });
  });
});

describe("a replay", () => {
  test("of a changed output differs and exits 5; against another policy it is a report", async () => {
    using scene = new AuditScene();
    const run = await scene.demo();
    expect((await scene.writ("replay", run, "--json")).json).toMatchObject({ result: "equal" });
    const against = await scene.writ("replay", run, "--against", "autonomous", "--json");
    expect(against.exit).toBe(0);
    expect(against.json["different"]).toMatchObject([
      { step: "write_brief", recorded: { effect: "gate" }, derived: { effect: "permit" } },
    ]);
    expect((await scene.writ("replay", run, "--against", "constrained")).out).toContain("✓ The same");
    expect((await scene.writ("replay", run, "--against", "no-such.yaml")).exit).toBe(2);
    scene.tamper(`UPDATE entry SET bytes = replace(bytes, '"verdict":"accept"', '"verdict":"retry"') WHERE seq = 3`);
    const differs = await scene.writ("replay", run);
    expect(differs.exit).toBe(5);
    expect(differs.out).toContain("≠ Not the same");
  });
});

describe("what is no bundle", () => {
  test.each([
    ["a folder that is not there", "nowhere", [], "bundle_not_found"],
    ["a folder that holds none", ".", [], "bundle_not_found"],
    ["a key with a slip in it", "evidence", ["--trust", "writ.local/log_1+d0a7f441+AbmoDw"], "input_malformed"],
  ])("%s is told by its name and not as tampered with", async (_, place, more, code) => {
    using scene = new AuditScene();
    await scene.demo();
    await scene.exported("--all");
    const argv = ["verify-bundle", scene.file(place), ...more];
    const said = await scene.writ(...argv);
    expect(said).toMatchObject({ exit: 2, out: "", err: like(new RegExp(`\\[${code}\\]`)) });
    expect((await scene.writ(...argv, "--json")).json).toMatchObject({ error: { code, exit: 2 } });
  });

  test("a head of another log is no answer, and no alarm", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const folder = await scene.exported("--all");
    const head = scene.file("head.txt");
    writeFileSync(head, "no head");
    const said = await scene.writ("verify-bundle", folder, "--last-seen", head);
    expect(said).toMatchObject({ exit: 2, out: like(/Undecided/) });
    expect(said.out).not.toContain("Not intact");
  });
});
