import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { epochMs, mintId, parseId } from "@writ/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { systemEntropy } from "../system/entropy.ts";
import { ownUserId, userNames } from "./user-ids.ts";

const MIRA = { uid: 1_000, name: "mira" };
const PROCESSES = 6;
let data = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "writ-users-"));
});
afterEach(() => {
  rmSync(data, { recursive: true });
});

let minted = 0;
const mint = () => {
  minted += 1;
  return mintId("user", epochMs(1), systemEntropy.bytes(10));
};
const file = (): string => join(data, "writ", "users", "1000.json");

describe("the pseudonym of a user", () => {
  test("is made once, for this user alone to read, and says nothing of the name", () => {
    minted = 0;
    const id = ownUserId(data, MIRA, mint);
    expect(parseId("user", id).ok).toBe(true);
    expect(ownUserId(data, MIRA, mint)).toBe(id);
    expect(minted).toBe(1);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, "writ", "users")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(data, "writ", "users"))).toEqual(["1000.json"]);
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual({ id, name: "mira" });
  });

  test("is another for another user, and the names of both are known", () => {
    const [mira, root] = [ownUserId(data, MIRA, mint), ownUserId(data, { uid: 0, name: "root" }, mint)];
    expect(root).not.toBe(mira);
    expect(userNames(data)).toEqual(
      new Map([
        [mira, "mira"],
        [root, "root"],
      ]),
    );
  });

  test("is that of the other process where one was quicker", () => {
    let other = "";
    const id = ownUserId(data, MIRA, () => {
      other = ownUserId(data, MIRA, mint);
      return mint();
    });
    expect(id).toBe(other);
    expect(readdirSync(join(data, "writ", "users"))).toEqual(["1000.json"]);
  });

  test("is one for all processes that start at once", async () => {
    const program = `
      const { ownUserId } = await import(${JSON.stringify(join(import.meta.dirname, "user-ids.ts"))});
      const { mintId } = await import("@writ/core");
      const { systemEntropy } = await import(${JSON.stringify(join(import.meta.dirname, "../system/entropy.ts"))});
      process.stdout.write("ready\\n");
      process.stdin.once("data", () => {
        let minted = 0;
        const mint = () => { minted += 1; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250); return mintId("user", 1, systemEntropy.bytes(10)); };
        const id = ownUserId(${JSON.stringify(data)}, { uid: 1000, name: "mira" }, mint);
        process.stdout.write(id + " " + minted);
        process.stdin.destroy();
      });`;
    const children = Array.from({ length: PROCESSES }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", program], {
        cwd: import.meta.dirname,
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const said = children.map(() => "");
    for (const [at, child] of children.entries())
      child.stdout.on("data", (chunk: Buffer) => (said[at] = `${said[at] ?? ""}${chunk.toString()}`));
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    const ended = Promise.all(children.map((child) => once(child, "close")));
    for (const child of children) child.stdin.write("go");
    await ended;
    const answers = said.map((text) => (text.split("\n")[1] ?? "").split(" "));
    // The premise: several made one.
    expect(answers.filter(([, count]) => count === "1").length).toBeGreaterThan(1);
    const [first] = answers.map(([id]) => id);
    expect(first).toMatch(/^usr_/);
    expect(answers.map(([id]) => id)).toEqual(answers.map(() => first));
    expect(readdirSync(join(data, "writ", "users"))).toEqual(["1000.json"]);
  });

  test.each(["", "{", "[]", '{"id":"mira","name":"mira"}', '{"id":"usr_01m7xcc2g3b93rthtjgbd2xt23"}'])(
    "that is not as it was written is refused: %s",
    (text) => {
      ownUserId(data, MIRA, mint);
      writeFileSync(file(), text);
      expect(() => ownUserId(data, MIRA, mint)).toThrow(expect.objectContaining({ code: "config_invalid" }));
    },
  );

  test("names of nobody are none", () => {
    expect(userNames(data)).toEqual(new Map());
  });

  test("one that another user wrote here is left out", () => {
    ownUserId(data, MIRA, mint);
    chmodSync(file(), 0o000);
    for (const folder of [data, join(data, "writ"), join(data, "writ", "users")]) chmodSync(folder, 0o755);
    expect(withoutPrivilege(() => userNames(data))).toEqual(new Map());
    chmodSync(file(), 0o644);
    expect(withoutPrivilege(() => userNames(data))).toHaveProperty("size", 1);
  });
});

/** Root may read everything: for so long it is nobody. */
function withoutPrivilege<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}
