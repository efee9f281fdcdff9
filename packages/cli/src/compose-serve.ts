import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { equalInTime } from "@writ/adapters/system/equal-in-time";
import { jsonLog } from "@writ/adapters/system/log";
import { lineLog } from "@writ/adapters/system/log-line";
import { nextTurn } from "@writ/adapters/system/next-turn";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { Prometheus } from "@writ/adapters/system/prometheus";
import { readBundle } from "@writ/adapters/system/read-bundle";
import { Allowances } from "@writ/api/server/allowance";
import { EventHub } from "@writ/api/server/event-hub";
import { listen, type Listening, type ListenWish } from "@writ/api/server/listen";
import type { Figures } from "@writ/api/server/ports";
import type { StaticFile, StaticFiles } from "@writ/api/server/static-files";
import { durationMs, OrchestratorError, type RunId } from "@writ/core";
import { type Access, Metrics, Secrets, type Config, type Desk, type Log, type Principal } from "@writ/runtime";
import { accessOf } from "./compose-owner.ts";
import { PRODUCT } from "./compose-parts.ts";
import { namesFor, userIdOf } from "./compose-user.ts";
import { OneTimeCode } from "./one-time-code.ts";
import type { World } from "./world.ts";

const PAGES = fileURLToPath(new URL("../../../docs/errors/", import.meta.url));
/** The token a browser's logins hang on that came in by a printed code; nobody knows its secret. */
const BROWSERS = "browsers of writ serve";
/** The largest file that is handed out. */
const MOST_BYTES = 64 * 1_024 * 1_024;
/** How often spent allowance is written down. */
const REMEMBER_MS = durationMs(1_000);

/** A server over a workspace that this process owns. */
export interface Serving extends Listening {
  /** Lets one browser in, once. */
  readonly code: string;
}

/** @throws OrchestratorError `workspace_owned`, `port_taken` */
export async function serve(world: World, desk: Desk, wish: ListenWish, log: Log): Promise<Serving> {
  await desk.own();
  const { doors } = desk.store;
  const access = accessOf(desk.store);
  const events = new EventHub({
    log: desk.store.log.id,
    audit: () => desk.store.audit,
    nudges: (listener) => desk.nudges(listener),
    clock: systemClock,
  });
  await events.open();
  const { perMinute, allPerMinute } = desk.config.serve;
  const allowances = new Allowances({ perMinute, allPerMinute }, systemClock);
  await allowances.recall(doors.spending);
  const browsers = await browserPrincipal(access, userIdOf(world));
  const code = new OneTimeCode(systemEntropy, equalInTime);
  const files = await openWorkspaceFiles(desk.root);
  const nameOf = namesFor(world);
  let isStopping = false;
  const listening = await listen(
    {
      desk,
      access,
      clock: systemClock,
      entropy: systemEntropy,
      hash: nodeHasher,
      platform: nodeVerifier,
      events,
      allowances,
      figures: figuresOf(desk),
      log,
      files: staticFiles(),
      redeem: (given) => (code.redeem(given) ? browsers : null),
      nameOf: (user) => (nameOf(user) === user ? null : nameOf(user)),
      readFile: async (path) => bytesOf(files, path),
      exportBundle: (run, payloads) => exported(world, desk, run, payloads),
      standing: () => (isStopping ? "stopping" : desk.failure() === null ? "ready" : "failing"),
      version: PRODUCT.slice("writ/".length),
    },
    wish,
  );
  let isForgetful = false;
  /** What was spent counts in this process however that goes; where it cannot be written, that is said once. */
  const remember = async (): Promise<void> => {
    try {
      await allowances.remember(doors.spending);
      isForgetful = false;
    } catch (error) {
      if (!isForgetful) log.write("error", "fault", { error: String(error) });
      isForgetful = true;
    }
  };
  let cancel = systemClock.after(REMEMBER_MS, tick);
  function tick(): void {
    cancel = systemClock.after(REMEMBER_MS, tick);
    void remember();
  }
  return {
    ...listening,
    code: code.text,
    async close() {
      isStopping = true;
      cancel();
      await listening.close();
      await remember();
    },
  };
}

/** Figures of the log as it is when they are asked for. */
function figuresOf({ store }: Pick<Desk, "store">): Figures {
  const metrics = new Metrics({ store, nextTurn });
  const prometheus = new Prometheus();
  return {
    async exposition() {
      await metrics.refresh();
      return { media: prometheus.contentType, text: await prometheus.text(metrics.snapshot()) };
    },
    async series(from, to) {
      await metrics.refresh();
      return { now: metrics.snapshot(), hours: metrics.series(from, to) };
    },
  };
}

/** What the server says while it runs, on stderr: a line to read where somebody looks on, JSON for programs. */
export function serverLog(isRead: boolean, config: Pick<Config, "secrets">): Log {
  const write = (line: string): void => void process.stderr.write(line);
  const secrets = new Secrets(config.secrets);
  return isRead ? lineLog(write, secrets, systemClock) : jsonLog(write, secrets);
}

/** Whoever starts the server may do everything in it; their browsers stay logged in over restarts. */
async function browserPrincipal(access: Access, user: string): Promise<Principal> {
  const known = (await access.list()).find(
    (row) => row.label === BROWSERS && row.user_id === user && row.revoked_at_ms === null,
  );
  const id =
    known?.token_id ?? (await access.create({ role: "admin", kind: "user", user, label: BROWSERS, ttlMs: null })).id;
  return { tokenId: id, role: "admin", kind: "user", user, isLogin: false, expiresAt: null };
}

async function bytesOf(
  files: Awaited<ReturnType<typeof openWorkspaceFiles>>,
  path: string,
): Promise<Uint8Array | null> {
  try {
    return (await files.read(path, MOST_BYTES)).content;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "file_not_found") return null;
    throw error;
  }
}

async function exported(
  world: World,
  desk: Desk,
  run: RunId,
  payloads: "included" | "withheld",
): Promise<ReadonlyMap<string, Uint8Array>> {
  const base = join(world.home.cache, "writ", "exports");
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(base, "bundle-"));
  try {
    const target = join(folder, "bundle");
    await desk.send({ method: "audit_export", run, folder: target, since: null, payloads });
    return readBundle(target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MEDIA: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
};

/** Read once at the start: nothing that is asked for later reaches the disk. */
function staticFiles(): StaticFiles {
  const files = new Map<string, StaticFile>();
  for (const name of readdirSync(PAGES)) {
    if (!name.endsWith(".md")) continue;
    const bytes = readFileSync(join(PAGES, name));
    files.set(`/errors/${name.slice(0, -".md".length)}`, { media: MEDIA[".md"] ?? "", bytes, isImmutable: false });
  }
  addDashboard(files);
  if (existsSync(VERIFIER))
    files.set("/verify.mjs", { media: MEDIA[".js"] ?? "", bytes: readFileSync(VERIFIER), isImmutable: false });
  return files;
}

/** The built pages lie beside the bundle; sources that run as they are have none. */
const DASHBOARD = join(import.meta.dirname, "assets/dashboard");

/** The verifier as one file, for those who do not want to trust ours. */
const VERIFIER = join(import.meta.dirname, "verify.mjs");

function addDashboard(files: Map<string, StaticFile>): void {
  if (!existsSync(DASHBOARD)) return;
  for (const entry of readdirSync(DASHBOARD, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = `/${relative(DASHBOARD, path).split(sep).join("/")}`;
    const isImmutable = name.startsWith("/assets/");
    files.set(name, {
      media: MEDIA[extname(name)] ?? "application/octet-stream",
      bytes: readFileSync(path),
      isImmutable,
    });
  }
}
