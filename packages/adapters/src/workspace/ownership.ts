import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { type Json, OrchestratorError } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import type { ProcessIdentity } from "../system/processes.ts";
import type { CommandHandler } from "./inbox-caller.ts";
import { Inbox } from "./inbox.ts";
import type { WorkspacePaths } from "./layout.ts";
import { connectToOwner, type OwnerConnection } from "./owner-connection.ts";
import { type OwnerLock, takeOwnerLock } from "./owner-lock.ts";
import { readOwnerRecord, removeOwnerRecord, writeOwnerRecord } from "./owner-record.ts";
import { checkPrivate, socketPlace } from "./socket-place.ts";

/** Who wants to work in a workspace, and where. */
export interface Contender {
  readonly paths: WorkspacePaths;
  readonly self: ProcessIdentity;
  readonly uid: number;
  /** Name and version, `writ/0.1.0`. */
  readonly product: string;
  /** The system's folder for temporary files. */
  readonly temporary: string;
  /** How long an owner that holds the lock may take to answer, in milliseconds. */
  readonly patienceMs: number;
}

/** This process may write. Callers' commands wait until `serve`. */
export interface Ownership {
  readonly role: "owner";
  /** Once, when the store is open. */
  serve(handler: CommandHandler): void;
  /** Tells every subscriber. */
  publish(event: Json): void;
  /** Lets callers go, then the lock: the next one to ask is the owner. */
  release(): Promise<void>;
}

/** Another process may write, and takes commands. */
export interface Clientship {
  readonly role: "client";
  readonly connection: OwnerConnection;
}

/** How long two that try at the same instant wait for each other's hands to leave the lock. */
const LOCK_WAIT_MS = 20;
const LONGEST_PAUSE_MS = 25;
/** How long an owner whose socket takes connections may take to say who it is. */
const GREETING_MS = 1_000;

/**
 * Makes this process the owner of a workspace, or connects it to the one that is.
 *
 * Nobody watches anybody: an owner's end is seen by its callers as the end of
 * their connection, and whoever then asks here takes the lock the kernel freed.
 *
 * @throws OrchestratorError `owner_unreachable` if another process holds the lock and cannot be reached for `patienceMs`;
 * `inbox_folder_untrusted`, `inbox_message_invalid`, `file_io`
 */
export async function acquireOrConnect(contender: Contender): Promise<Ownership | Clientship> {
  const { paths, patienceMs } = contender;
  let rest = patienceMs;
  for (let wait = 1; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const answer = await callOwner(contender, Math.min(rest, GREETING_MS));
    if (typeof answer === "object") return { role: "client", connection: answer };
    const lock = takeOwnerLock(paths.ownerLock, LOCK_WAIT_MS);
    if (lock !== null) return becomeOwner(contender, lock);
    // The owner is just starting, just ending, or stuck.
    rest -= wait + LOCK_WAIT_MS + (answer === "silent" ? GREETING_MS : 0);
    if (rest <= 0) throw unreachable(paths);
    await pause(wait);
  }
}

async function callOwner(
  { paths, self, uid }: Contender,
  patienceMs: number,
): Promise<OwnerConnection | "nobody" | "silent"> {
  const record = readOwnerRecord(paths.ownerRecord);
  if (record === null) return "nobody";
  checkPrivate(dirname(record.socket), uid);
  return connectToOwner(record.socket, self, patienceMs);
}

async function becomeOwner({ paths, self, uid, product, temporary }: Contender, lock: OwnerLock): Promise<Ownership> {
  const inbox = new Inbox({ ...self, product });
  try {
    const socket = socketPlace(temporary, uid, paths.ownerLock);
    await inbox.listen(socket);
    writeOwnerRecord(paths.ownerRecord, { ...self, socket, product });
  } catch (error) {
    await inbox.close();
    lock.release();
    throw fileError(error, paths.folder, "write");
  }
  return {
    role: "owner",
    serve: (handler) => inbox.serve(handler),
    publish: (event) => inbox.publish(event),
    async release() {
      await inbox.close();
      removeOwnerRecord(paths.ownerRecord);
      lock.release();
    },
  };
}

function unreachable(paths: WorkspacePaths): OrchestratorError {
  const pid = readOwnerRecord(paths.ownerRecord)?.pid ?? "unknown";
  const message = `another process (pid ${pid}) owns the workspace but does not answer; wait for it, or end it`;
  return new OrchestratorError("owner_unreachable", message, { details: { pid } });
}
