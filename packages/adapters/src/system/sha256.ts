import { hash } from "node:crypto";

import type { Hasher } from "@writ/core";

/** SHA-256 of the platform, in one call without a stream object. */
export const nodeHasher: Hasher = {
  sha256: (data) => hash("sha256", data, "buffer"),
  sha256Hex: (data) => hash("sha256", data, "hex"),
};
