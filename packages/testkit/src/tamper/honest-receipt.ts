import { nodeHasher } from "@writ/adapters/system/sha256";
import { writeCover } from "@writ/core/audit/cover";
import { belongsToReceipt } from "@writ/core/audit/export";
import { writeReceipt } from "@writ/core/audit/receipt";
import type { Digest } from "@writ/core/base/digest";

import { signedHead, treeOf } from "./honest-export.ts";
import type { HonestLog } from "./honest-log.ts";

/** The receipt of a binding, as the product makes it. */
export function honestReceipt(log: HonestLog, bindingHash: Digest): string {
  const entries = log.entries.filter(({ bytes }) => belongsToReceipt(bytes, bindingHash));
  const exported = entries.map(({ seq }) => seq);
  const tree = writeCover(nodeHasher, treeOf(log).known, exported, log.entries.length) ?? "";
  const { note } = signedHead(log, log.entries.length);
  return writeReceipt({ bindingHash, checkpoint: note, entries: entries.map(({ bytes }) => bytes), tree });
}
