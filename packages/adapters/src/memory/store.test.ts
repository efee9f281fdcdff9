import { storeContract } from "@writ/testkit/contracts/store";

import { nodeHasher } from "../system/sha256.ts";
import { MemoryLog } from "./log.ts";
import { openMemoryStore } from "./store.ts";

storeContract("memory", async (start) => {
  const log = new MemoryLog(nodeHasher, start);
  return { open: async () => openMemoryStore(log), dispose: async () => {} };
});
