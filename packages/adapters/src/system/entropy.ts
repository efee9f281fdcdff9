import { randomBytes } from "node:crypto";

import type { Entropy } from "@writ/runtime";

/** The random source of the operating system. */
export const systemEntropy: Entropy = {
  bytes: (count) => randomBytes(count),
};
