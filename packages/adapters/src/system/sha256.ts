import { hash } from "node:crypto";

import type { Hasher } from "@writ/core";

/** SHA-256 of the platform, in one call without a stream object. Bytes by way of a string: a buffer from the binding costs twice as much. */
export const nodeHasher: Hasher = {
  sha256: (data) => Buffer.from(hash("sha256", data, "binary"), "binary"),
  sha256Hex: (data) => hash("sha256", data, "hex"),
};
