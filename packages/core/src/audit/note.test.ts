import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { testSigner } from "@writ/testkit/tamper/test-key";
import { asNumber, asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { fromHex, toHex } from "../base/hex.ts";
import { epochMs } from "../base/time.ts";
import { approvalText, checkpointText, parseCheckpoint, rotationText } from "./checkpoint.ts";
import { logKey, parseVkey } from "./log-key.ts";
import { isSignedBy, parseNote, writeNote } from "./note.ts";

const file = vectors("notes");
const keys = asObjects(file["keys"]);
const head = asObject(file["checkpoint"]);
const key = parseVkey(nodeVerifier, asText(head["key"]));

describe("the keys of the vectors", () => {
  test.each(keys)("$key_id", ({ name, public: hex, key_id, vkey }) => {
    const made = logKey(nodeVerifier, asText(name), fromHex(asText(hex)) ?? new Uint8Array());
    expect(made).toMatchObject({ id: key_id, text: vkey });
    expect(parseVkey(nodeVerifier, vkey)).toMatchObject({ name, id: key_id, text: vkey });
  });

  test.each([
    ["another id", (text: string) => text.replace("+6e", "+6f")],
    ["another algorithm", (text: string) => text.replace("+AYX", "+AoX")],
    ["another name", (text: string) => text.replace("writ.local", "writ.other")],
    ["something behind it", (text: string) => `${text}\n`],
    ["nothing but a name", () => "writ.local"],
    ["a name of a megabyte", (text: string) => "w".repeat(2 ** 20) + text],
  ])("with %s are refused", (_, edit) => {
    expect(parseVkey(nodeVerifier, edit(asText(head["key"])))).toBeUndefined();
  });
});

describe("the signed head of the vectors", () => {
  test("is read, holds, and is written again to the byte", () => {
    const read = parseCheckpoint(nodeVerifier, asText(head["note"]));
    expect(read).toMatchObject({ origin: key?.name, size: head["size"], time: "2026-11-20T21:04:05.123Z" });
    expect(toHex(read?.root ?? new Uint8Array())).toBe(head["root"]);
    expect(isSignedBy(nodeVerifier, read?.note, key)).toBe(true);
    if (read === undefined || key === undefined) return;
    const text = checkpointText(read.origin, read, epochMs(1_795_208_645_123));
    expect(text).toBe(head["text"]);
    expect(writeNote(text, key, read.note.signatures.get(`${key.name} ${key.id}`) ?? new Uint8Array())).toBe(
      head["note"],
    );
  });

  test("may carry the signatures of others", () => {
    const both = parseNote(nodeVerifier, asText(file["two_signatures"]));
    for (const { vkey } of keys) expect(isSignedBy(nodeVerifier, both, parseVkey(nodeVerifier, vkey))).toBe(true);
  });

  test("may not carry two lines of one key", () => {
    const note = asText(head["note"]);
    expect(parseNote(nodeVerifier, note + note.slice(note.indexOf("—")))).toBeUndefined();
  });

  test.each(asObjects(file["refuse"]))("is refused: $why", ({ note }) => {
    const read = parseCheckpoint(nodeVerifier, asText(note));
    expect(read !== undefined && isSignedBy(nodeVerifier, read.note, key)).toBe(false);
  });
});

test("the rotation of the vectors is signed by both keys", () => {
  const rotation = asObject(file["rotation"]);
  const [old, next] = keys.map(({ vkey }) => parseVkey(nodeVerifier, vkey));
  if (old === undefined || next === undefined) throw new TypeError("the vectors have two keys");
  const text = rotationText(old.name, 7, old.text, next.text);
  expect(text).toBe(rotation["text"]);
  const signatures = ["old_signature", "new_signature"].map((name) => Buffer.from(asText(rotation[name]), "base64"));
  expect(
    [old, next].map(({ publicKey }, at) =>
      nodeVerifier.verifyEd25519(publicKey, text, signatures[at] ?? new Uint8Array()),
    ),
  ).toEqual([true, true]);
});

test("the approver's signature of the vectors holds", () => {
  const { text, key: publicKey, sig } = asObject(file["approver_signature"]);
  expect(approvalText(`sha256:${"1".repeat(64)}`)).toBe(text);
  expect(
    nodeVerifier.verifyEd25519(
      Buffer.from(asText(publicKey), "base64"),
      asText(text),
      Buffer.from(asText(sig), "base64"),
    ),
  ).toBe(true);
});

test("what a test key signs is read and holds; its seed is that of the vectors", () => {
  const { key: own, sign } = testSigner(asText(keys[0]?.["name"]), "1");
  expect(own.text).toBe(keys[0]?.["vkey"]);
  const note = writeNote("text\n", own, sign("text\n"));
  expect(isSignedBy(nodeVerifier, parseNote(nodeVerifier, note), own)).toBe(true);
  expect(asNumber(head["size"])).toBe(9);
});
