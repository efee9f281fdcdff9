import { tmpdir } from "node:os";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { openSqliteStore, readSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { keyRing, openKeyInForce } from "@writ/adapters/system/key-ring";
import { lastSeenPath, readLastSeen, writeLastSeen } from "@writ/adapters/system/last-seen";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { isDescendant, processIdentity } from "@writ/adapters/system/processes";
import { bundleFolder } from "@writ/adapters/workspace/bundle-folder";
import { findWorkspace } from "@writ/adapters/workspace/find";
import { readOwnerRecord } from "@writ/adapters/workspace/owner-record";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import type { OwnerConnection } from "@writ/adapters/workspace/owner-connection";
import { acquireOrConnect, type Ownership } from "@writ/adapters/workspace/ownership";
import {
  isJsonObject,
  OrchestratorError,
  parseCheckpoint,
  toRfc3339,
  type Actor,
  type Json,
  type JsonObject,
  type RunId,
  plainJson,
  type DurationMs,
  fromRfc3339,
} from "@writ/core";
import {
  Approvals,
  Control,
  Custody,
  Engine,
  Escalation,
  HeadSigner,
  keysOfLog,
  LastReading,
  pinConfiguration,
  readConfig,
  readHistory,
  Reading,
  rulesOfRun,
  Secrets,
  silentNotifier,
  Tasks,
  ToolGateway,
  toolRules,
  type Clock,
  type Config,
  type ControlRequest,
  type Sandbox,
  type TaskDefaults,
  type Notifier,
  type Tool,
} from "@writ/runtime";
import type { Invocation } from "./argv/invocation.ts";
import type { ExitCode } from "./command-module.ts";
import { endpointNotices, takingNotices } from "./compose-notices.ts";
import { configuredModel, GoalPlanning } from "./compose-planner.ts";
import { renewErased, runCopies } from "./compose-run-copies.ts";
import { RunFolders } from "./compose-run-folder.ts";
import { shippedTools, systemSandbox } from "./compose-tools.ts";
import { userIdOf } from "./compose-user.ts";
import { INTERRUPT_PATIENCE, type Desk } from "./desk.ts";
import type { World } from "./world.ts";

export const PRODUCT = "writ/0.1.0";
const OWNER_PATIENCE_MS = 5_000;

export function systemClockOf(): Clock {
  return systemClock;
}

/** The configuration of a workspace, or of none. @throws OrchestratorError `config_invalid`, `environment_invalid`, `policy_relaxation` */
export function loadConfig(world: World, root: string | null): Config {
  const file = join(world.home.config, "writ", "config.yaml");
  return readConfig({
    user: textOf(file),
    workspace: root === null ? null : textOf(join(root, "writ.yaml")),
    environment: world.environment,
    root,
  });
}

function textOf(file: string): { readonly file: string; readonly text: string } | null {
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : null;
}

/** The workspace a command line is about. @throws OrchestratorError `workspace_not_found`, `workspace_foreign` */
export function workspaceOf(world: World, invocation: Invocation): WorkspacePaths {
  return findWorkspace(invocation.workspace ?? world.cwd, process.getuid?.() ?? 0);
}

/** What only a person may ask for. */
const PERSONAL: ReadonlySet<ControlRequest["method"]> = new Set([
  "approve",
  "deny",
  "ask_again",
  "resolve",
  "extend",
  "audit_redact",
  "key_rotate",
]);

/** What comes to the same when it is asked for twice: it is asked again where the answer was lost. */
const IDEMPOTENT: ReadonlySet<ControlRequest["method"]> = new Set(["approve", "deny", "rest", "sign_head"]);

/** How often an owner may be lost before a command is given up. */
const MOST_OWNERS = 4;

/**
 * Deciding is a person's: refused to any descendant of the process that owns the workspace, since all it starts are tools.
 *
 * @throws OrchestratorError `approval_agent_forbidden`
 */
export function assertPerson(world: World, invocation: Invocation): void {
  assertPersonAt(workspaceOf(world, invocation));
}

function assertPersonAt(paths: WorkspacePaths): void {
  const owner = readOwnerRecord(paths.ownerRecord);
  if (owner === null || owner.pid === process.pid) return;
  if (isDescendant(process.ppid, [{ pid: owner.pid, startTime: owner.startTime }])) {
    throw new OrchestratorError(
      "approval_agent_forbidden",
      "deciding is a person's; a process that Writ started cannot do it. Decide in a terminal of your own: writ approvals",
    );
  }
}

/** How far a clock may be set back without notice; clocks that are kept by a network move less. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Approvals expire and runs end by the clock: one that stands before what this log has signed is not gone by.
 *
 * @param signed when the newest head was signed, RFC 3339; empty where none was
 * @throws OrchestratorError `clock_went_back`
 */
function assertClock(signed: string): void {
  const at = fromRfc3339(signed);
  if (at === null || systemClock.now() >= at - CLOCK_SLACK_MS) return;
  throw new OrchestratorError(
    "clock_went_back",
    `the clock says ${toRfc3339(systemClock.now())}, and this workspace was signed at ${signed}; set the clock and try again`,
  );
}

/** The workspace that a folder is. @throws OrchestratorError `workspace_not_found`, `workspace_foreign` */
export function workspaceAt(folder: string): WorkspacePaths {
  return findWorkspace(folder, process.getuid?.() ?? 0);
}

/** What an embedder adds to what ships. */
export interface Fittings {
  /** Tools beside those that ship, under names of their own. */
  readonly tools: readonly Tool[];
  readonly notifier: Notifier;
}

const SHIPPED: Fittings = { tools: [], notifier: silentNotifier };

/** Does something at the desk of the workspace a command line is about, and lets go of it whatever happens. */
export async function atDesk(
  world: World,
  invocation: Invocation,
  act: (desk: Desk) => Promise<ExitCode>,
): Promise<ExitCode> {
  const desk = await openDesk(world, invocation);
  try {
    return await act(desk);
  } finally {
    await desk.close();
  }
}

/** Opens a workspace for looking; it is taken into possession when something is to be done and nobody owns it. */
export async function openDesk(world: World, invocation: Invocation): Promise<Desk> {
  const paths = workspaceOf(world, invocation);
  return openDeskAt(world, paths);
}

export async function openDeskAt(world: World, paths: WorkspacePaths, fittings: Fittings = SHIPPED): Promise<Desk> {
  const config = loadConfig(world, paths.root);
  const seat = new Seat(world, paths, config, await readSqliteStore(paths), fittings);
  await seat.prepare();
  return seat.desk();
}

/** What a process has of a workspace: first only its reading; then the whole, or a connection to who has it. */
class Seat {
  readonly #world: World;
  readonly #paths: WorkspacePaths;
  readonly #config: Config;
  readonly #fittings: Fittings;
  #store: SqliteStore;
  #parts: Awaited<ReturnType<typeof partsOf>> | null = null;
  #owned: {
    readonly ownership: Ownership;
    readonly engine: Engine;
    readonly control: Control;
    readonly signer: HeadSigner;
    readonly folders: RunFolders;
    readonly escalation: Escalation;
    readonly last: LastReading;
  } | null = null;
  #connection: OwnerConnection | null = null;
  readonly #listeners = new Set<() => void>();
  #stopWatching: (() => void) | null = null;
  /** How long runs may take to come to rest at the end; null is as long as it takes. */
  #patience: DurationMs | null = null;

  constructor(world: World, paths: WorkspacePaths, config: Config, store: SqliteStore, fittings: Fittings) {
    this.#fittings = fittings;
    this.#world = world;
    this.#paths = paths;
    this.#config = config;
    this.#store = store;
  }

  get #actor(): Actor {
    return { kind: "user", id: userIdOf(this.#world) };
  }

  async prepare(): Promise<void> {
    this.#parts = await partsOf(this.#world, this.#paths, this.#config, this.#fittings, () =>
      this.#store.views.writtenPaths(),
    );
  }

  desk(): Desk {
    const parts = this.#ready();
    const rulesOf = (run: RunId) =>
      rulesOfRun(this.#store, run, { hash: nodeHasher, log: this.#store.log.id, tools: parts.rules });
    const reading = new Approvals({ store: this.#lent(), rulesOf, gateway: parts.gateway, engine: null });
    const named = new Tasks({ ...this.#taskPorts(), engine: null, rulesOf });
    return {
      root: this.#paths.root,
      folder: this.#paths.folder,
      config: this.#config,
      tools: parts.tools,
      toolRules: parts.rules,
      store: this.#lent(),
      rulesOf,
      history: async (run) =>
        this.#owned === null ? readHistory(this.#store, run, await rulesOf(run)) : this.#owned.last.history(run),
      runNamed: (text) => named.named(text),
      approvalNamed: (text) => reading.named(text),
      approvalDetail: (view) => reading.show(view),
      explain: (goal) => parts.planner.explain(goal, today()),
      check: async (request) => named.check(request, request.plan ?? (await this.#proposed(request))),
      planSetting: (mode) => ({
        tools: parts.rules,
        policy: this.#config.policy,
        mode: mode ?? this.#config.policy.mode,
        hasModel: this.#config.model !== null,
        at: systemClock.now(),
      }),
      isFileInput: (name) => parts.planner.isFileInput(name),
      own: () => this.#mine(),
      send: (request) => this.#send(request),
      nudges: (listener) => this.#nudges(listener),
      interrupt: (run) => this.#interrupt(run),
      close: () => this.#close(),
    };
  }

  #ready() {
    if (this.#parts === null) throw new OrchestratorError("workspace_not_found", "the workspace is not open");
    return this.#parts;
  }

  /** The store may be exchanged for the owner's: callers hold this, which always asks the present one. */
  #lent(): Desk["store"] {
    const present = (): SqliteStore => this.#store;
    return {
      get log() {
        return present().log;
      },
      get journal() {
        return present().journal;
      },
      get views() {
        return present().views;
      },
      get documents() {
        return present().documents;
      },
      get audit() {
        return present().audit;
      },
      get notices() {
        return present().notices;
      },
      close: () => this.#close(),
    };
  }

  #taskPorts() {
    return {
      store: this.#lent(),
      clock: systemClock,
      entropy: systemEntropy,
      hash: nodeHasher,
      defaults: defaultsOf(this.#config),
      rules: this.#ready().rules,
      policy: this.#config.policy,
      pinned: null,
    };
  }

  #warn(notices: readonly string[]): void {
    for (const notice of notices) this.#world.warn?.(notice);
  }

  async #proposed(request: Extract<ControlRequest, { method: "create" }>): Promise<JsonObject> {
    const { planner, rules } = this.#ready();
    this.#warn(endpointNotices(this.#config));
    const proposal = await planner.propose(
      {
        goal: request.goal,
        inputs: request.inputs,
        context: request.context,
        tools: [...rules.values()].map((rule) => rule.spec),
        findings: [],
        completed: [],
        final: true,
        today: today(),
      },
      new AbortController().signal,
    );
    if (proposal.kind === "refused")
      throw new OrchestratorError("no_planner", proposal.message, {
        problems: proposal.nearest.map((each) => ({
          code: "no_planner",
          message: `${each.id}: "${each.utterance}"`,
          remedy: `score ${each.score.toFixed(2)}`,
        })),
      });
    const value: Json = plainJson(proposal.plan);
    return isJsonObject(value) ? value : {};
  }

  async #send(request: ControlRequest): Promise<JsonObject> {
    if (PERSONAL.has(request.method)) assertPersonAt(this.#paths);
    for (let owners = 1; ; owners += 1) {
      await this.#takeSeat();
      if (this.#owned !== null) return this.#handled(request, this.#actor);
      const { connection } = this.#seated();
      try {
        const value: Json = plainJson({ request, actor: this.#actor });
        const answer = await connection.send(value);
        return isJsonObject(answer) ? answer : {};
      } catch (error) {
        if (!(error instanceof OrchestratorError) || owners >= MOST_OWNERS) throw error;
        const isUntaken = error.code === "owner_gone";
        if (!isUntaken && !(error.code === "answer_lost" && IDEMPOTENT.has(request.method))) throw error;
        this.#connection = null;
      }
    }
  }

  #seated(): { readonly connection: OwnerConnection } {
    if (this.#connection === null)
      throw new OrchestratorError("owner_gone", "the process that owned the workspace is gone; try again");
    return { connection: this.#connection };
  }

  /** Carried out, durable, and for a decision under a signed head. */
  async #handled(request: ControlRequest, actor: Actor): Promise<JsonObject> {
    if (this.#owned === null) throw new OrchestratorError("owner_gone", "this process does not own the workspace");
    const answer = await this.#owned.control.send(request, actor);
    if (request.method === "approve" || request.method === "deny" || request.method === "rest")
      await this.#owned.signer.signed();
    return answer;
  }

  async #takeSeat(): Promise<void> {
    if (this.#owned !== null || this.#connection !== null) return;
    const self = processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 };
    const seat = await acquireOrConnect({
      paths: this.#paths,
      self,
      uid: process.getuid?.() ?? 0,
      product: PRODUCT,
      temporary: tmpdir(),
      patienceMs: OWNER_PATIENCE_MS,
    });
    if (seat.role === "owner") await this.#own(seat);
    else await this.#connect(seat.connection);
  }

  async #mine(): Promise<SqliteStore> {
    await this.#takeSeat();
    if (this.#owned !== null) return this.#store;
    throw new OrchestratorError(
      "workspace_owned",
      `another process (pid ${this.#seated().connection.owner.pid}) works in this workspace and this needs it alone; end that one and try again`,
    );
  }

  async #connect(connection: OwnerConnection): Promise<void> {
    this.#connection = connection;
    await connection.subscribe(() => this.#nudge());
    void this.#succeed(connection);
  }

  /** When the owner goes, whoever still follows a run takes its seat. */
  async #succeed(connection: OwnerConnection): Promise<void> {
    await connection.closed;
    this.#connection = null;
    this.#nudge();
    if (this.#listeners.size > 0) await this.#takeSeat();
  }

  async #own(ownership: Ownership): Promise<void> {
    try {
      const parts = this.#ready();
      const { home } = this.#world;
      const { log } = this.#store;
      const place = { dataHome: home.data, log: log.id, origin: log.origin };
      const [period] = (await keysOfLog(this.#store, nodeVerifier)).slice(-1);
      const key = openKeyInForce(place, period?.key.text ?? "");
      const memory = lastSeenPath(home.state, log.id);
      const seen = parseCheckpoint(nodeVerifier, await readLastSeen(memory));
      assertClock(seen?.time ?? "");
      const reader = this.#store;
      this.#store = await openSqliteStore(this.#paths, nodeHasher, seen ?? null);
      await reader.close();
      const configured = { hash: nodeHasher, log: log.id, tools: parts.rules };
      const today = await pinConfiguration(this.#store.documents, {
        ...configured,
        policy: this.#config.policy,
        sandbox: parts.sandbox.profile,
        models: modelsOf(this.#config),
      });
      const rulesOf = (run: RunId) => rulesOfRun(this.#store, run, configured);
      const engine = new Engine({
        store: this.#store,
        clock: systemClock,
        entropy: systemEntropy,
        secrets: new Secrets(this.#config.secrets),
        gateway: parts.gateway,
        planner: parts.planner,
        rules: today.rules,
        rulesOf,
      });
      const signer = new HeadSigner(
        this.#store,
        nodeVerifier,
        key,
        { recall: () => readLastSeen(memory), remember: (note) => writeLastSeen(memory, note) },
        systemClock,
      );
      const tasks = new Tasks({ ...this.#taskPorts(), store: this.#store, engine, rulesOf, pinned: today });
      const approvals = new Approvals({ store: this.#store, engine, gateway: parts.gateway, rulesOf });
      const history = async (run: RunId) => readHistory(this.#store, run, await rulesOf(run));
      const last = new LastReading(async (run) => new Reading(this.#store, run, await rulesOf(run)));
      const folders = new RunFolders(this.#paths.runs, (run) => last.history(run));
      const custody = new Custody({
        store: this.#store,
        platform: nodeVerifier,
        clock: systemClock,
        signer,
        keys: keyRing(place),
        bundles: bundleFolder,
        history,
        copies: runCopies(this.#paths.folder, folders, () => last.forget()),
      });
      const control = new Control({ tasks, approvals, engine, custody });
      await renewErased(this.#paths.folder, this.#store, custody);
      const escalation = new Escalation({
        waiting: (after, limit) => this.#store.views.waiting(after, limit),
        claim: (notice, atMs) => this.#store.notices.claim(notice, atMs),
        clock: systemClock,
        notifier: this.#fittings.notifier,
        slaMs: this.#config.approvalSlaMs,
      });
      this.#owned = { ownership, engine, control, signer, folders, escalation, last };
      engine.watch({
        onEntry: (entry) => {
          signer.noticed();
          if (entry.facts.some((fact) => fact.type === "run_ended")) void signer.signed();
          folders.noticed(entry.run, entry.facts);
          escalation.noticed(entry);
          ownership.publish({ run: entry.run, version: entry.version });
          this.#nudge();
        },
      });
      ownership.serve((command) => this.#serve(command));
      await engine.recover();
      await escalation.recover();
      this.#warn(takingNotices(this.#config, process.getuid?.() ?? null));
    } catch (error) {
      await ownership.release();
      throw error;
    }
  }

  async #serve(command: Json): Promise<Json> {
    const { request, actor } = isJsonObject(command) ? command : {};
    const by = isJsonObject(actor) && typeof actor["id"] === "string" ? actor["id"] : "user";
    if (this.#owned === null)
      throw new OrchestratorError("owner_gone", "this process is letting go of the workspace; try again");
    const answer = await this.#owned.control.handle(request, { kind: "user", id: by });
    await this.#owned.signer.signed();
    return answer;
  }

  #nudges(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#owned === null && this.#connection === null) this.#watchFiles();
    return () => this.#listeners.delete(listener);
  }

  #nudge(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Without a seat: whoever writes changes the write-ahead log. */
  #watchFiles(): void {
    if (this.#stopWatching !== null) return;
    const watcher = watch(this.#paths.folder, { persistent: true }, () => this.#nudge());
    this.#stopWatching = () => watcher.close();
  }

  async #interrupt(run: RunId): Promise<void> {
    if (this.#owned === null) return;
    this.#patience = INTERRUPT_PATIENCE;
    await this.#handled({ method: "pause", run }, this.#actor);
  }

  async #close(): Promise<void> {
    this.#stopWatching?.();
    this.#listeners.clear();
    this.#connection?.close();
    if (this.#owned !== null) {
      const { engine, signer, ownership, folders, escalation } = this.#owned;
      await engine.idle(this.#patience);
      engine.stop();
      await escalation.stop();
      await signer.close();
      await folders.idle();
      this.#owned = null;
      await this.#store.close();
      await ownership.release();
    } else {
      await this.#store.close();
    }
  }
}

async function partsOf(
  world: World,
  paths: WorkspacePaths,
  config: Config,
  fittings: Fittings,
  writtenByWrit: () => Promise<ReadonlySet<string>>,
) {
  const llm = await configuredModel(config);
  const tools = [
    ...shippedTools({
      folder: paths.folder,
      staging: join(world.home.cache, "writ", "staging"),
      hasModel: llm !== null,
      tokenPrice: Math.max(config.model?.prices.input ?? 0, config.model?.prices.output ?? 0),
      writtenByWrit,
    }),
    ...fittings.tools,
  ];
  const rules = toolRules(nodeHasher, tools);
  const sandbox: Sandbox = systemSandbox(world.home, paths.root);
  const files = await openWorkspaceFiles(paths.root);
  const byName = new Map(tools.map((tool) => [tool.spec.name, tool]));
  const gateway = new ToolGateway({
    tools: byName,
    rules,
    policy: config.policy,
    clock: systemClock,
    files,
    sandbox,
    llm,
    callsPerMinute: config.callsPerMinute,
  });
  return { tools: byName, rules, sandbox, gateway, planner: new GoalPlanning(paths.root, llm) };
}

function modelsOf(config: Config): JsonObject {
  return { type: "writ/models/v1", model: config.model === null ? null : config.model.model };
}

function defaultsOf(config: Config): TaskDefaults {
  return {
    limits: config.limits,
    mode: config.policy.mode,
    ceiling: config.ceiling,
    approvalTtlMs: config.approvalTtlMs,
    timeoutMs: config.timeoutMs,
    width: config.width,
    onFatal: config.onFatal,
  };
}

function today(): string {
  return toRfc3339(systemClock.now()).slice(0, 10);
}
