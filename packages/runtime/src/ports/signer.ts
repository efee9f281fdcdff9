import type { LogKey } from "@writ/core";

/** Signs tree heads with the key of one log. */
export interface Signer {
  readonly key: LogKey;
  /** Ed25519 over the text's UTF-8; 64 bytes. */
  sign(text: string): Uint8Array;
}

/** Remembers, outside the workspace, the head that was signed last: a disk alone cannot show that it was set back. */
export interface HeadMemory {
  recall(): Promise<string | undefined>;
  remember(note: string): Promise<void>;
}
