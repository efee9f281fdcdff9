import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import { parseVkey } from "@writ/core/audit/log-key";
import { asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { adoptNextKey, createLogKey, keyPath, openLogKey } from "./ed25519-signer.ts";
import { lastSeenPath, readLastSeen, writeLastSeen } from "./last-seen.ts";
import { nodeVerifier } from "./node-verifier.ts";

const LOG = "log_01m7xcc2g3b93rthtjgbd2xt23";
const ORIGIN = `writ.local/${LOG}`;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "writ-key-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof OrchestratorError ? error.code : String(error);
  }
  return "nothing";
}

describe("a log's key", () => {
  test("is a private file, opens again as the same key, and is never overwritten", () => {
    const path = keyPath(home, LOG);
    const made = createLogKey(path, ORIGIN);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "writ/keys")).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(openLogKey(path, ORIGIN).key).toEqual(made.key);
    expect(parseVkey(nodeVerifier, made.key.text)?.id).toBe(made.key.id);
    expect(codeOf(() => createLogKey(path, ORIGIN))).toBe("key_exists");
    expect(openLogKey(path, ORIGIN).key).toEqual(made.key);
  });

  test("signs what its public key verifies, and nothing else", () => {
    const signer = createLogKey(keyPath(home, LOG), ORIGIN);
    const { publicKey } = signer.key;
    expect(nodeVerifier.verifyEd25519(publicKey, "text ü\n", signer.sign("text ü\n"))).toBe(true);
    expect(nodeVerifier.verifyEd25519(publicKey, "text u\n", signer.sign("text ü\n"))).toBe(false);
  });

  test.each([0o640, 0o604, 0o660, 0o601, 0o620])("is refused when its mode is %o", (mode) => {
    const path = keyPath(home, LOG);
    createLogKey(path, ORIGIN);
    chmodSync(path, mode);
    expect(codeOf(() => openLogKey(path, ORIGIN))).toBe("key_permissions");
  });

  test("is refused behind a link, when it is missing and when it is no key", () => {
    const path = keyPath(home, LOG);
    expect(codeOf(() => openLogKey(path, ORIGIN))).toBe("key_not_found");
    const other = keyPath(home, "log_other");
    createLogKey(other, ORIGIN);
    symlinkSync(other, path);
    expect(codeOf(() => openLogKey(path, ORIGIN))).toBe("key_permissions");
    rmSync(path);
    writeFileSync(path, "no key", { mode: 0o600 });
    expect(codeOf(() => openLogKey(path, ORIGIN))).toBe("key_malformed");
  });

  test("gives way to the next one only when told to", () => {
    const old = createLogKey(keyPath(home, LOG), ORIGIN);
    const next = createLogKey(keyPath(home, LOG, "next"), ORIGIN);
    expect(openLogKey(keyPath(home, LOG), ORIGIN).key).toEqual(old.key);
    adoptNextKey(home, LOG);
    expect(openLogKey(keyPath(home, LOG), ORIGIN).key).toEqual(next.key);
    expect(codeOf(() => openLogKey(keyPath(home, LOG, "next"), ORIGIN))).toBe("key_not_found");
  });
});

describe("strict verification", () => {
  const rotation = asObject(vectors("notes")["rotation"]);
  const [first] = asObjects(vectors("notes")["keys"]);
  const publicKey = Buffer.from(asText(first?.["public"]), "hex");
  const signature = Buffer.from(asText(rotation["old_signature"]), "base64");
  const text = asText(rotation["text"]);
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

  test("accepts the vector", () => {
    expect(nodeVerifier.verifyEd25519(publicKey, text, signature)).toBe(true);
  });

  test("refuses S + L, which is the same signature spelled anew", () => {
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`);
    const other = Buffer.from((s + order).toString(16).padStart(64, "0"), "hex").reverse();
    const again = Buffer.concat([signature.subarray(0, 32), other]);
    expect(s + order < 2n ** 256n).toBe(true);
    expect(nodeVerifier.verifyEd25519(publicKey, text, again)).toBe(false);
  });

  test("refuses keys and signatures of another length, and a key beyond the prime", () => {
    expect(nodeVerifier.verifyEd25519(publicKey, text, signature.subarray(1))).toBe(false);
    expect(nodeVerifier.verifyEd25519(publicKey.subarray(1), text, signature)).toBe(false);
    expect(nodeVerifier.verifyEd25519(Buffer.alloc(0), text, signature)).toBe(false);
    expect(nodeVerifier.verifyEd25519(Buffer.alloc(32, 0xff), text, signature)).toBe(false);
  });
});

describe("the head seen last", () => {
  test("is nothing at first, then what was written last, in a private file", async () => {
    const path = lastSeenPath(home, LOG);
    expect(await readLastSeen(path)).toBeUndefined();
    await writeLastSeen(path, "first\n");
    await writeLastSeen(path, "second\n");
    expect(await readLastSeen(path)).toBe("second\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
