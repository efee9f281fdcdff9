import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { bundleVector, edited } from "@writ/testkit/bundle-vector";
import { flipped, withFile } from "@writ/testkit/tamper/flip";
import { honestExport } from "@writ/testkit/tamper/honest-export";
import { honestLog } from "@writ/testkit/tamper/honest-log";
import { asObject, asObjects, asText, objectOf, vectors } from "@writ/testkit/vectors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { buildVerifier, MAX_LINES } from "./build-verifier.ts";

const repository = resolve(import.meta.dirname, "..");
let folder = "";
let text = "";
let processes = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-verify-"));
  text = buildVerifier(repository);
  writeFileSync(join(folder, "verify.mjs"), text);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(`single-file verifier: ${processes} processes\n`);
});

/** Runs the file with the Node that runs this, and an environment that holds nothing. */
function run(...args: readonly string[]) {
  processes += 1;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["verify.mjs", ...args], {
    cwd: folder,
    env: {},
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return { status, stdout, stderr };
}

function write(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  mkdirSync(join(folder, name));
  for (const [file, bytes] of files) writeFileSync(join(folder, name, file), bytes);
  return name;
}

describe("the single-file verifier", () => {
  test(`has at most ${MAX_LINES} lines of at most 120 characters, and imports Node alone`, () => {
    const lines = text.split("\n");
    expect(lines.length - 1).toBeLessThanOrEqual(MAX_LINES);
    expect(lines.filter((line) => line.length > 140)).toEqual([]);
    const imports = lines.filter((line) => line.startsWith("import "));
    expect(imports.filter((line) => !/ from "node:[a-z]+";$/.test(line))).toEqual([]);
    expect(text).not.toMatch(/\bimport\(|\brequire\(|\bfetch\b|\bany\b/);
  });

  test("accepts the honest bundles and the receipt of the vectors", () => {
    const partial = vectors("bundle-partial");
    writeFileSync(join(folder, "last-seen"), asText(partial["last_seen"]));
    writeFileSync(join(folder, "receipt"), asText(vectors("receipt")["receipt"]));
    const tiny = run(write("tiny", bundleVector("bundle-tiny")), "--json");
    expect(objectOf(tiny.stdout)).toMatchObject({
      ok: true,
      exit: 0,
      entries: 7,
      payloads_verified: 7,
      documents: 9,
      key_pinned: false,
    });
    const pinned = run(
      write("partial", bundleVector("bundle-partial")),
      "--trust",
      asText(partial["trust"]),
      "--last-seen",
      "last-seen",
      "--json",
    );
    expect(objectOf(pinned.stdout)).toMatchObject({ ok: true, exit: 0, payloads_redacted: 1, key_pinned: true });
    const receipt = run("receipt", "--json");
    expect(objectOf(receipt.stdout)).toMatchObject({ ok: true, decision: "approval_granted" });
    expect([tiny, pinned, receipt].map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: 0, stderr: "" })),
    );
    expect(run("tiny").stdout).toContain("everything holds");
  });

  test.each(asObjects(vectors("bundle-tampered")["cases"]).map((each, index) => ({ ...each, index })))(
    "finds and locates $edit",
    ({ index, edit, expect: wanted }: Readonly<Record<string, unknown>>) => {
      const name = write(
        `tampered-${String(index)}`,
        edited(bundleVector("bundle-tiny"), edit as Readonly<Record<string, unknown>>),
      );
      const { status, stdout } = run(name, "--json");
      const { exit, ...finding } = asObject(wanted as never);
      expect(status).toBe(exit);
      expect(asObjects(objectOf(stdout)["errors"])).toContainEqual(expect.objectContaining(finding));
    },
  );

  test("says what it cannot read, and how it is used", () => {
    expect(run().status).toBe(2);
    expect(run("nowhere").status).toBe(2);
    expect(run("tiny", "--unknown").status).toBe(2);
    expect(run("tiny", "--last-seen", "nowhere").status).toBe(2);
    expect(run(write("empty", new Map()), "--json").status).toBe(2);
    expect(run("tiny", "--trust", "another").status).toBe(5);
    writeFileSync(join(folder, "no-receipt"), "{}\n");
    expect(run("no-receipt").status).toBe(5);
    const older = asText(vectors("notes")["two_signatures"]);
    writeFileSync(join(folder, "foreign"), older);
    expect(run("tiny", "--last-seen", "foreign").status).toBe(2);
  });

  test("takes a link or a folder in a bundle for what does not belong there", () => {
    write("odd", bundleVector("bundle-tiny"));
    rmSync(join(folder, "odd", "tree"));
    symlinkSync(join(folder, "tiny", "tree"), join(folder, "odd", "tree"));
    mkdirSync(join(folder, "odd", "blobs2"));
    const codes = asObjects(objectOf(run("odd", "--json").stdout)["errors"]).map(
      ({ code, file }) => `${String(code)} ${String(file)}`,
    );
    expect(codes).toEqual(
      expect.arrayContaining(["file_missing tree", "file_unexpected tree/", "file_unexpected blobs2/"]),
    );
  });

  test("finds 200 flipped bytes, fifty folders to a process", { timeout: 120_000 }, () => {
    const log = honestLog(4, { entries: 40, rotation: 0.05, redaction: 0.05, lanes: 0.1 });
    const files = honestExport(log, { scope: { kind: "log" }, payloads: "included", since: 9 });
    const names = [...files.keys()];
    const places = Array.from({ length: 200 }, (_, index) => {
      const file = names[index % names.length] ?? "tree";
      const bytes = files.get(file) ?? new Uint8Array();
      return { file, at: (index * 7_919) % bytes.length, bit: 1 << (index % 8), bytes };
    });
    let found = 0;
    for (let first = 0; first < places.length; first += 50) {
      const batch = places.slice(first, first + 50);
      const folders = batch.map(({ file, at, bit, bytes }, index) =>
        write(`flip-${first + index}`, withFile(files, file, flipped(bytes, at, bit))),
      );
      const results = run(...folders, "--json")
        .stdout.trimEnd()
        .split("\n")
        .map(objectOf);
      for (const [index, { exit, errors }] of results.entries()) {
        const { file } = batch[index] ?? { file: "" };
        const isNamed = asObjects(errors).some((error) => error["file"] === file);
        expect({ file, exit, isNamed }).toEqual({ file, exit: 5, isNamed: true });
        found += 1;
      }
    }
    expect(found).toBe(200);
    expect(processes).toBeGreaterThanOrEqual(20);
  });
});
