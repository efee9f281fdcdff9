import { parseCheckpoint } from "@writ/core";
import { hexOf, type Bytes } from "./tree.ts";

/** A signed head as this browser read it, and whether the key it names signed it. */
export interface ReadHead {
  readonly origin: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly root: string;
  /** `unchecked`: this browser has no Ed25519. */
  readonly signature: "valid" | "invalid" | "unchecked";
  /** Name and id of the key. */
  readonly key: string;
}

const VKEY = /^(.+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;

/**
 * Reads the text that was signed and checks the signature over it.
 *
 * @param note a C2SP checkpoint
 * @param vkey the public key in its written form
 * @returns null unless it is a signed head in its only spelling
 */
export async function readHead(note: string, vkey: string): Promise<ReadHead | null> {
  const head = parseCheckpoint(
    { fromBase64: (text) => bytesOf(String(text)), toHex: (bytes) => hexOf(bytes ?? new Uint8Array()) },
    note,
  );
  const [, name = "", id = "", typed = ""] = VKEY.exec(vkey) ?? [];
  if (head === undefined) return null;
  const signed = head.note.signatures.get(`${name} ${id}`);
  const publicKey = bytesOf(typed)?.slice(1);
  const signature =
    signed === undefined || publicKey === undefined
      ? "invalid"
      : await check(publicKey, Uint8Array.from(signed), head.note.text);
  return { origin: head.origin, size: head.size, root: hexOf(head.root), signature, key: `${name} ${id}` };
}

async function check(publicKey: Bytes, signature: Bytes, text: string): Promise<ReadHead["signature"]> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    const isValid = await crypto.subtle.verify({ name: "Ed25519" }, key, signature, new TextEncoder().encode(text));
    return isValid ? "valid" : "invalid";
  } catch (error) {
    // What a browser says that knows the algorithm not; of a bad key it says another word.
    if (error instanceof DOMException && error.name === "NotSupportedError") return "unchecked";
    if (error instanceof DOMException) return "invalid";
    throw error;
  }
}

/** @returns undefined unless the text is the only spelling of its bytes */
function bytesOf(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return btoa(String.fromCharCode(...bytes)) === text ? bytes : undefined;
}
