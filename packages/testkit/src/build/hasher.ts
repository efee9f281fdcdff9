import { hash } from "node:crypto";

import type { Hasher } from "@writ/core";

/** SHA-256 of the platform, for tests and simulations that know no adapter. */
export const testHasher: Hasher = {
  sha256: (data) => Buffer.from(hash("sha256", data, "binary"), "binary"),
  sha256Hex: (data) => hash("sha256", data, "hex"),
};
