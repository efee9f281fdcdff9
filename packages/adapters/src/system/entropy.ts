import { randomFillSync } from "node:crypto";

import type { Entropy } from "@writ/runtime";

/** Drawn from the operating system in blocks: a salt for each value costs more in calls than in bytes. */
const BLOCK_BYTES = 4_096;

let block = new Uint8Array(0);
/** How many bytes of the block are given away. */
let drawn = 0;

/** The random source of the operating system. No byte is handed out twice. */
export const systemEntropy: Entropy = {
  bytes: (count) => {
    if (count > BLOCK_BYTES) return randomFillSync(new Uint8Array(count));
    if (block.length - drawn < count) {
      block = randomFillSync(new Uint8Array(BLOCK_BYTES));
      drawn = 0;
    }
    drawn += count;
    return block.slice(drawn - count, drawn);
  },
};
