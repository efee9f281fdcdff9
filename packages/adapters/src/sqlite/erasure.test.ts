import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { NewPayload } from "@writ/core";
import { expectTree } from "@writ/testkit/contracts/store-audit";
import {
  aDraft,
  anApproval,
  anArtifact,
  aPayload,
  plainHasher,
  runNumber,
  TEST_LOG,
} from "@writ/testkit/contracts/store-drafts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { createSqliteLog } from "./create-log.ts";
import { openSqliteStore, type SqliteStore } from "./store.ts";

let folder: string;
let files: { readonly database: string; readonly blobs: string };
const open = (): Promise<SqliteStore> => openSqliteStore(files, nodeHasher, null);

/** Which of the needles occur in any file of the workspace, byte for byte. */
function found(needles: readonly (string | Uint8Array)[]): readonly number[] {
  const contents = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return needles.flatMap((needle, index) =>
    contents.some((content) => content.includes(Buffer.from(needle))) ? [index] : [],
  );
}

function secretOf(number: number, version: number): NewPayload {
  const text = `payload of ${number}-${version}-`.repeat(1 + ((number * version) % 90));
  return aPayload(0, `secret ${number}-${version}-`, new TextEncoder().encode(text));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-erase-"));
  files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  createSqliteLog(files.database, nodeHasher, TEST_LOG);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("an erasure", () => {
  test("leaves no byte of payload, salt or list in any file, however often the rows were replaced", async () => {
    const store = await open();
    const secrets: NewPayload[] = [];
    const words: string[] = [];
    // Rows of growing and shrinking size, so that pages split, merge and move their cells about.
    for (let version = 1; version <= 24; version += 1) {
      await Promise.all(
        Array.from({ length: 12 }, (_, number) => {
          const [run, name] = [runNumber(number), `${number}-${version}-`];
          const isErased = number % 3 === 0;
          const secret = secretOf(number, version);
          const said = [`goal ${name}`, `reason ${name}`, `title ${name}`, `path ${name}`];
          if (isErased) secrets.push(secret);
          if (isErased) words.push(...said);
          const [goal = "", reason = "", title = "", path = ""] = said.map((word) =>
            word.repeat(1 + ((number + version) % 40)),
          );
          const approvals = [anApproval(run, `apr_${number}`, { title, reason })];
          return store.journal.append(
            aDraft(run, version, {
              payloads: [secret],
              view: { goal, reason },
              approvals,
              artifacts: [anArtifact(run, path)],
            }),
          );
        }),
      );
    }
    const needles = [...secrets.flatMap(({ salt, bytes }) => [salt, bytes.subarray(0, 20)]), ...words];
    expect(found(needles).length).toBeGreaterThan(300);

    const erased = Array.from({ length: 4 }, (_, index) => runNumber(index * 3));
    for (const run of erased) {
      const entries = await store.journal.read(run);
      const own = entries.map(({ version }) => secretOf(Number(run.slice(-6)), version ?? 0));
      const payloads = entries.map(({ seq }, index) => ({ seq, commit: own[index]?.commit ?? "" }));
      await store.audit.redact({ atMs: 1, actor: TEST_LOG.actor, reason: "erasure_request", payloads });
      expect(found(own.map(({ salt }) => salt))).toEqual([]);
    }
    expect(found(needles)).toEqual([]);
    await expectTree(store.audit, 1 + 12 * 24 + 4);
    await store.close();
    expect(found(needles)).toEqual([]);
  });

  test.each(["another append", "closing"])(
    "is completed in the log file, where a reader stood in it, by %s",
    async (what) => {
      const store = await open();
      const secret = aPayload(0, "secret");
      await store.journal.append(aDraft(runNumber(0), 1, { payloads: [secret] }));
      const reader = new DatabaseSync(files.database, { readOnly: true });
      reader.exec("BEGIN");
      reader.prepare("SELECT count(*) FROM entry").get();
      await store.audit.redact({
        atMs: 1,
        actor: TEST_LOG.actor,
        reason: "other",
        payloads: [{ seq: 1, commit: secret.commit }],
      });
      await store.journal.append(aDraft(runNumber(0), 2));
      expect(found([secret.salt])).toEqual([0]);
      reader.exec("COMMIT");
      // The reader stays connected, so that closing alone does not remove the file.
      if (what === "another append") await store.journal.append(aDraft(runNumber(0), 3));
      else await store.close();
      expect(found([secret.salt])).toEqual([]);
      reader.close();
      if (what === "another append") await store.close();
    },
  );

  test("unlinks files; what a crash left of one, or of an append, goes when the log is opened", async () => {
    const store = await open();
    const [secret, kept] = [aPayload(0, "secret", new Uint8Array(70_000)), aPayload(1, "kept", new Uint8Array(80_000))];
    await store.journal.append(aDraft(runNumber(0), 1, { payloads: [secret, kept] }));
    const pathOf = (commit: string): string => join(files.blobs, commit.slice(0, 2), commit);
    expect([secret, kept].map(({ commit }) => existsSync(pathOf(commit)))).toEqual([true, true]);
    await store.audit.redact({
      atMs: 1,
      actor: TEST_LOG.actor,
      reason: "other",
      payloads: [{ seq: 1, commit: secret.commit }],
    });
    expect([secret, kept].map(({ commit }) => existsSync(pathOf(commit)))).toEqual([false, true]);
    await store.close();

    const orphan = plainHasher.sha256Hex("orphan");
    for (const commit of [secret.commit, orphan]) {
      mkdirSync(join(files.blobs, commit.slice(0, 2)), { recursive: true });
      writeFileSync(pathOf(commit), "left behind");
    }
    writeFileSync(join(files.blobs, "README"), "not ours");
    const again = await open();
    expect([secret.commit, orphan, kept.commit].map((commit) => existsSync(pathOf(commit)))).toEqual([
      false,
      false,
      true,
    ]);
    expect((await again.journal.read(runNumber(0)))[0]?.payloads[1]?.bytes).toHaveLength(80_000);
    expect(existsSync(join(files.blobs, "README"))).toBe(true);
    await again.close();
  });
});

describe("a large payload", () => {
  test("of a draft that is refused leaves no file", async () => {
    const store = await open();
    const draft = aDraft(runNumber(0), 2, { payloads: [aPayload(0, "large", new Uint8Array(70_000))] });
    await expect(store.journal.append(draft)).rejects.toThrow("moved on");
    expect(
      readdirSync(files.blobs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    ).toEqual([]);
    await store.close();
  });

  test("whose file is missing is told apart from an erased one", async () => {
    const store = await open();
    const large = aPayload(0, "large", new Uint8Array(70_000));
    await store.journal.append(aDraft(runNumber(0), 1, { payloads: [large] }));
    rmSync(files.blobs, { recursive: true });
    const [payload] = (await store.journal.read(runNumber(0)))[0]?.payloads ?? [];
    expect(payload).toMatchObject({ n: 0, bytes: null });
    expect(Buffer.from(payload?.salt ?? []).equals(large.salt)).toBe(true);
    await store.close();
  });
});

describe("a backup", () => {
  test("taken while entries arrive is a whole log of its own", async () => {
    const store = await open();
    const large = aPayload(0, "large", new Uint8Array(70_000));
    await store.journal.append(aDraft(runNumber(0), 1, { payloads: [large] }));
    await Promise.all(Array.from({ length: 500 }, (_, index) => store.journal.append(aDraft(runNumber(1), index + 1))));
    const copy = join(folder, "copy");
    const copied = store.backUp(copy);
    await Promise.all(Array.from({ length: 200 }, (_, index) => store.journal.append(aDraft(runNumber(2), index + 1))));
    await copied;
    await expect(store.backUp(copy)).rejects.toThrow("EEXIST");
    const restored = await openSqliteStore(
      { database: join(copy, "writ.db"), blobs: join(copy, "blobs") },
      nodeHasher,
      null,
    );
    const { size } = await restored.audit.head();
    expect(size).toBeGreaterThanOrEqual(502);
    await expectTree(restored.audit, size);
    expect((await restored.journal.read(runNumber(0)))[0]?.payloads[0]?.bytes).toHaveLength(70_000);
    await restored.close();
    await expectTree(store.audit, 702);
    await store.close();
  });
});
