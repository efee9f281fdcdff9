import { tmpdir } from "node:os";
import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { createLogKey, keyPath, openLogKey, type LogSigner } from "@writ/adapters/system/ed25519-signer";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { openKeyInForce } from "@writ/adapters/system/key-ring";
import { lastSeenPath, readLastSeen } from "@writ/adapters/system/last-seen";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { processIdentity } from "@writ/adapters/system/processes";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { acquireOrConnect } from "@writ/adapters/workspace/ownership";
import { nextLogFile, replaceLog } from "@writ/adapters/workspace/replace-log";
import { frontierRoot, mintId, OrchestratorError, parseCheckpoint, toBase64 } from "@writ/core";
import { endOfLog, keysOfLog } from "@writ/runtime";
import type { Invocation } from "./argv/invocation.ts";
import { PRODUCT } from "./compose-parts.ts";
import { workspaceOf } from "./compose.ts";
import type { World } from "./world.ts";

export interface AcceptedLoss {
  readonly ended: string;
  /** Entries the old log ended with, its end included. */
  readonly size: number;
  readonly started: string;
  /** Where the old log lies now. */
  readonly archive: string;
}

const PATIENCE_MS = 5_000;
const SYSTEM = { kind: "system", id: "writ" } as const;

/**
 * Ends a log that was set back, forked, or lost its key, and puts one in its
 * place that says which it continues. What was cut short goes on when it is
 * asked for again.
 *
 * @throws OrchestratorError `nothing_to_answer` where nothing is lost, `workspace_owned`, and what opening meets
 */
export async function acceptLoss(world: World, invocation: Invocation): Promise<AcceptedLoss> {
  const paths = workspaceOf(world, invocation);
  const self = processIdentity(process.pid);
  if (self === null)
    throw new OrchestratorError("owner_unreachable", "this process cannot see itself in /proc; mount it and try again");
  const seat = await acquireOrConnect({
    paths,
    self,
    uid: process.getuid?.() ?? 0,
    product: PRODUCT,
    temporary: tmpdir(),
    patienceMs: PATIENCE_MS,
  });
  if (seat.role === "client") {
    seat.connection.close();
    throw new OrchestratorError(
      "workspace_owned",
      `another process (pid ${seat.connection.owner.pid}) works in this workspace and this needs it alone; end that one and try again`,
    );
  }
  try {
    return await replaced(world, paths);
  } finally {
    await seat.release();
  }
}

async function replaced(world: World, paths: WorkspacePaths): Promise<AcceptedLoss> {
  const store = await openSqliteStore(paths, nodeHasher, null);
  const { id: ended } = store.log;
  const before = await endOfLog(store);
  if (before === null && !(await isLost(world, paths, store))) {
    await store.close();
    throw new OrchestratorError(
      "nothing_to_answer",
      "the log is the one last seen and its key is there, so there is no loss to accept; see: writ audit verify",
    );
  }
  const started = before?.continuedBy ?? mintId("log", systemClock.now(), systemEntropy.bytes(10));
  if (before === null)
    await store.audit.appendLog({
      atMs: systemClock.now(),
      actor: SYSTEM,
      facts: [{ type: "log_ended", reason: "loss_accepted", continued_by: started }],
    });
  const { size, frontier } = await store.audit.head();
  const root = toBase64(frontierRoot(nodeHasher, frontier));
  const { tenant } = store.log;
  await store.close();
  const origin = `writ.local/${started}`;
  const { key } = keyOf(world, started, origin);
  createSqliteLog(nextLogFile(paths), nodeHasher, {
    id: started,
    origin,
    tenant,
    key: key.text,
    product: PRODUCT,
    atMs: systemClock.now(),
    actor: SYSTEM,
    continues: { log: ended, size, root },
  });
  return { ended, size, started, archive: replaceLog(paths, ended) };
}

/** Whether this log can no longer be gone on with: what was seen of it is not behind it, or its key is not there. */
async function isLost({ home }: World, paths: WorkspacePaths, store: SqliteStore): Promise<boolean> {
  const { id, origin } = store.log;
  const seen = parseCheckpoint(nodeVerifier, await readLastSeen(lastSeenPath(home.state, id)));
  try {
    const again = await openSqliteStore(paths, nodeHasher, seen ?? null);
    await again.close();
    const [period] = (await keysOfLog(store, nodeVerifier)).slice(-1);
    openKeyInForce({ dataHome: home.data, log: id, origin }, period?.key.text ?? "");
    return false;
  } catch (error) {
    if (error instanceof OrchestratorError && LOSSES.has(error.code)) return true;
    throw error;
  }
}

const LOSSES: ReadonlySet<string> = new Set([
  "log_rolled_back",
  "log_forked",
  "key_not_found",
  "key_malformed",
  "key_not_in_force",
]);

/** The new log's key; that of an attempt that was cut short is used. */
function keyOf({ home }: World, log: string, origin: string): LogSigner {
  try {
    return createLogKey(keyPath(home.data, log), origin);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "key_exists")
      return openLogKey(keyPath(home.data, log), origin);
    throw error;
  }
}
