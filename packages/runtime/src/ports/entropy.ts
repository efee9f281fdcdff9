/** The only source of chance: identifiers, salts, nonces, jitter. */
export interface Entropy {
  bytes(count: number): Uint8Array;
}
