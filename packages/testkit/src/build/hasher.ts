import { hash } from "node:crypto";

import type { Hasher } from "@writ/core";

/** SHA-256 of the platform, for tests and simulations that know no adapter. */
export const testHasher: Hasher = {
  sha256: (data) => hash("sha256", data, "buffer"),
  sha256Hex: (data) => hash("sha256", data, "hex"),
};
