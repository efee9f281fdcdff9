import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { systemClock } from "@writ/adapters/system/clock";
import { createLogKey, keyPath } from "@writ/adapters/system/ed25519-signer";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { initWorkspace } from "@writ/adapters/workspace/init";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { mintId } from "@writ/core";
import type { World } from "./world.ts";

/** Makes a folder a workspace: its key outside it, its log with its first entry in it. @throws OrchestratorError `workspace_exists` and whatever the files meet */
export function createWorkspace(world: World, root: string, product: string): WorkspacePaths {
  const now = systemClock.now();
  const log = mintId("log", now, systemEntropy.bytes(10));
  const origin = `writ.local/${log}`;
  return initWorkspace(root, process.getuid?.() ?? 0, (paths) => {
    const signer = createLogKey(keyPath(world.home.data, log), origin);
    createSqliteLog(paths.database, nodeHasher, {
      id: log,
      origin,
      tenant: "local",
      key: signer.key.text,
      product,
      atMs: now,
      actor: { kind: "system", id: "writ" },
      continues: null,
    });
  });
}
