import { statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { LATEST_VERSION } from "@writ/adapters/sqlite/migrate";
import { openSqliteStore, readSqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { keyPath, openLogKey } from "@writ/adapters/system/ed25519-signer";
import { lastSeenPath, readLastSeen } from "@writ/adapters/system/last-seen";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { processIdentity, readProc } from "@writ/adapters/system/processes";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { acquireOrConnect } from "@writ/adapters/workspace/ownership";
import { isTerminal, OrchestratorError, parseCheckpoint, RUN_STATUSES } from "@writ/core";
import { entryInstant, keysOfLog, SIGNED_WITHIN_MS, type Store } from "@writ/runtime";
import { PRODUCT } from "./compose-parts.ts";
import { runsStillTold } from "./compose-run-copies.ts";
import { foldersOfRuns } from "./compose-run-folder.ts";
import { isInside } from "./compose-upkeep.ts";
import { counted } from "@writ/core/text/figure";
import { about } from "./terminal/instant.ts";
import type { DoctorRowView } from "./terminal/view.ts";
import { bad, good, off, rowOf } from "./views/doctor.ts";
import type { World } from "./world.ts";

/** An owner that does not answer for so long is stuck. */
const PATIENCE_MS = 1_500;
/** Entries are stamped a little before they are durable. */
const CLOCK_SLACK_MS = 1_000;

/** Everything about the journal of a workspace. First of all it is opened to write, which brings an older form up to date. */
export async function logRows(world: World, paths: WorkspacePaths): Promise<readonly DoctorRowView[]> {
  const journal = await rowOf("journal", () => journalRow(world, paths));
  const rest: DoctorRowView[] = [];
  const workspace = await rowOf("workspace", async () => {
    const store = await readSqliteStore(paths);
    try {
      const { size } = await store.audit.head();
      for (const [name, look] of checks(world, paths, store)) rest.push(await rowOf(name, look));
      return good(
        "workspace",
        `${shown(paths.folder)}, schema ${LATEST_VERSION}, ${counted(size, "entry", "entries")}`,
      );
    } finally {
      await store.close();
    }
  });
  return [workspace, journal, ...rest];
}

type Check = readonly [name: string, look: () => Promise<DoctorRowView>];

function checks(world: World, paths: WorkspacePaths, store: Store): readonly Check[] {
  return [
    ["key", () => keyRow(world, paths, store)],
    ["head", () => headRow(store)],
    ["clock", () => clockRow(store)],
    ["folders", () => foldersRow(paths, store)],
  ];
}

/** Who writes, and whether what is acknowledged is on the disk; held against what was last seen of the log. */
async function journalRow({ home }: World, paths: WorkspacePaths): Promise<DoctorRowView> {
  const self = processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 };
  const uid = process.getuid?.() ?? 0;
  const seat = await acquireOrConnect({
    paths,
    self,
    uid,
    product: PRODUCT,
    temporary: tmpdir(),
    patienceMs: PATIENCE_MS,
  });
  if (seat.role === "client") {
    const { pid } = seat.connection.owner;
    seat.connection.close();
    return good("journal", `SQLite, synchronous=FULL, one owner (${commandOf(pid)}, pid ${pid})`);
  }
  try {
    const { log, ...reader } = await readIfPossible(paths);
    await reader.close();
    const seen =
      log === null ? undefined : parseCheckpoint(nodeVerifier, await readLastSeen(lastSeenPath(home.state, log)));
    const store = await openSqliteStore(paths, nodeHasher, seen ?? null);
    store.assertDurable();
    await store.close();
    return good("journal", "SQLite, synchronous=FULL, nobody else works here now");
  } finally {
    await seat.release();
  }
}

/** A journal of an earlier form cannot be read yet; it is brought up to date when it is opened to write. */
async function readIfPossible(
  paths: WorkspacePaths,
): Promise<{ readonly log: string | null; readonly close: () => Promise<void> }> {
  try {
    const store = await readSqliteStore(paths);
    return { log: store.log.id, close: () => store.close() };
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "workspace_older") throw error;
    return { log: null, close: () => Promise.resolve() };
  }
}

/** `writ serve`: the word behind the script. */
function commandOf(pid: number): string {
  const words = (readProc(pid, "cmdline") ?? "").split("\0").filter((word) => word !== "");
  const at = words.findIndex((word) => /(?:^|\/)(?:writ(?:\.mjs)?|main\.ts)$/.test(word));
  const word = at === -1 ? undefined : words.slice(at + 1).find((each) => !each.startsWith("-"));
  return word === undefined ? "writ" : `writ ${word}`;
}

async function keyRow({ home }: World, paths: WorkspacePaths, store: Store): Promise<DoctorRowView> {
  const path = keyPath(home.data, store.log.id);
  const { key } = openLogKey(path, store.log.origin);
  const [period] = (await keysOfLog(store, nodeVerifier)).slice(-1);
  const mode = `0${(statSync(path).mode & 0o777).toString(8)}`;
  if (isInside(path, paths.root)) {
    return bad(
      "key",
      `${shown(path)} lies in the workspace, where tools can read it`,
      "set XDG_DATA_HOME to a folder outside, and move it there",
    );
  }
  if (period !== undefined && period.key.text !== key.text) {
    return bad(
      "key",
      `${key.id} is not the one the log names (${period.key.id})`,
      "restore the right one, or see: writ explain key_not_in_force",
    );
  }
  return good("key", `${key.id}, mode ${mode}, outside the workspace`);
}

/** formats.md 3.4: a signer that fails stops nothing, and after a minute it is said here. */
async function headRow(store: Store): Promise<DoctorRowView> {
  const { size } = await store.audit.head();
  const signed = (await store.audit.signedHead())?.size ?? 0;
  const unsigned = size - signed;
  if (unsigned <= 0) return good("head", "signed up to the last entry");
  const since = await entryInstant(store, signed);
  const age = systemClock.now() - (since ?? 0);
  if (age <= SIGNED_WITHIN_MS)
    return good("head", `${counted(unsigned, "entry", "entries")} of the last minute not signed yet`);
  return bad(
    "head",
    `${counted(unsigned, "entry", "entries")} not signed for ${about(age)} (head_unsigned)`,
    "sign with: writ audit checkpoint",
  );
}

async function clockRow(store: Store): Promise<DoctorRowView> {
  const { size } = await store.audit.head();
  const last = await entryInstant(store, size - 1);
  const behind = (last ?? 0) - systemClock.now();
  if (behind <= CLOCK_SLACK_MS) return good("clock", "not before the last entry");
  return bad("clock", `moved back ${about(behind)} since the last entry`, "set it, then: writ doctor");
}

/** Folders are views, written beside the work: one that is missing is no harm, one that tells what was erased is. */
async function foldersRow(paths: WorkspacePaths, store: Store): Promise<DoctorRowView> {
  const told = await runsStillTold(paths.folder, store);
  const [first] = told;
  if (first !== undefined)
    return bad(
      "folders",
      `copies beside the log still hold what was erased of ${counted(told.length, "run")}: ${told.join(", ")}`,
      `erase it there, too: writ audit redact ${first}`,
    );
  const counts = await store.views.countRuns();
  const ended = [...counts].reduce((sum, [status, count]) => (isOver(status) ? sum + count : sum), 0);
  const written = (await foldersOfRuns(paths.runs)).size;
  if (written >= ended) return good("folders", `${counted(ended, "ended run")} written out for reading`);
  return off(
    "folders",
    `${ended - written} of ${counted(ended, "ended run")} not written out for reading`,
    "write them with: writ rebuild",
  );
}

function isOver(status: string): boolean {
  return RUN_STATUSES.some((each) => each === status && isTerminal(each));
}

/** With `~` for the home folder. */
function shown(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
