import { tmpdir } from "node:os";
import { watch } from "node:fs";
import { type SqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { processIdentity } from "@writ/adapters/system/processes";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import type { OwnerConnection } from "@writ/adapters/workspace/owner-connection";
import { acquireOrConnect, type Ownership } from "@writ/adapters/workspace/ownership";
import {
  isJsonObject,
  OrchestratorError,
  type Actor,
  type Json,
  type JsonObject,
  type RunId,
  plainJson,
  type DurationMs,
} from "@writ/core";
import {
  Approvals,
  goalComparison,
  ownLooks,
  readHistory,
  Reading,
  RecentReadings,
  rulesOfRun,
  Tasks,
  type Config,
  type ControlRequest,
  INTERRUPT_PATIENCE,
  type Desk,
} from "@writ/runtime";
import { endpointNotices } from "./compose-notices.ts";
import { Owner } from "./compose-owner.ts";
import { userIdOf } from "./compose-user.ts";
import type { World } from "./world.ts";
import { assertPersonAt, PERSONAL } from "./compose-guards.ts";
import { defaultsOf, partsOf, PRODUCT, today, type Fittings } from "./compose-parts.ts";

const OWNER_PATIENCE_MS = 5_000;

/** What comes to the same when it is asked for twice: it is asked again where the answer was lost. */
const IDEMPOTENT: ReadonlySet<ControlRequest["method"]> = new Set(["approve", "deny", "rest", "sign_head"]);

/** How often an owner may be lost before a command is given up. */
const MOST_OWNERS = 4;

/** What a process has of a workspace: first only its reading; then the whole, or a connection to who has it. */
export class Seat {
  readonly #world: World;
  readonly #paths: WorkspacePaths;
  readonly #config: Config;
  readonly #fittings: Fittings;
  #store: SqliteStore;
  #parts: Awaited<ReturnType<typeof partsOf>> | null = null;
  #owned: {
    readonly ownership: Ownership;
    readonly owner: Owner;
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
    const kept = new RecentReadings(async (run) => new Reading(this.#store, run, await rulesOf(run)));
    const asked = (run: RunId) => (this.#owned?.owner.readings ?? kept).history(run);
    const reading = new Approvals({ store: this.#lent(), history: asked, gateway: parts.gateway, engine: null });
    const named = new Tasks({ ...this.#taskPorts(), engine: null, rulesOf });
    const history = async (run: RunId) =>
      this.#owned === null
        ? readHistory(this.#store, run, await rulesOf(run))
        : this.#owned.owner.readings.history(run);
    const check: Desk["check"] = async (request) =>
      named.check(request, request.plan ?? (await this.#proposed(request)));
    const send: Desk["send"] = (request, actor = this.#actor) => this.#send(request, actor);
    return {
      ...ownLooks({ store: this.#lent(), check, history, send, toolRules: parts.rules }, nodeVerifier),
      root: this.#paths.root,
      folder: this.#paths.folder,
      config: this.#config,
      tools: parts.tools,
      toolRules: parts.rules,
      store: this.#lent(),
      rulesOf,
      history,
      runNamed: (text) => named.named(text),
      approvalNamed: (text) => reading.named(text),
      approvalDetail: (view) => reading.show(view),
      explain: (goal) => parts.planner.explain(goal, today()),
      compare: async (goal) => goalComparison(parts.planner.explain(goal, today())),
      check,
      planSetting: (mode) => ({
        tools: parts.rules,
        policy: this.#config.policy,
        mode: mode ?? this.#config.policy.mode,
        hasModel: this.#config.model !== null,
        at: systemClock.now(),
      }),
      isFileInput: (name) => parts.planner.isFileInput(name),
      fileInputs: () => parts.planner.fileInputs(),
      server: null,
      failure: () => this.#owned?.owner.failure ?? null,
      own: () => this.#mine(),
      send,
      nudges: (listener) => this.#nudges(listener),
      calledBy: (run, caller) => this.#owned?.owner.tracing?.link(run, caller),
      interrupt: (run) => this.#interrupt(run),
      close: (patience) => this.#close(patience ?? this.#patience),
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
      get doors() {
        return present().doors;
      },
      close: () => this.#close(this.#patience),
      get deliveries() {
        return present().deliveries;
      },
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
        trace: null,
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

  async #send(request: ControlRequest, actor: Actor): Promise<JsonObject> {
    if (PERSONAL.has(request.method)) assertPersonAt(this.#paths);
    for (let owners = 1; ; owners += 1) {
      await this.#takeSeat();
      if (this.#owned !== null) return this.#handled(request, actor);
      const { connection } = this.#seated();
      try {
        const value: Json = plainJson({ request, actor });
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
    const answer = await this.#owned.owner.control.send(request, actor);
    if (request.method === "approve" || request.method === "deny" || request.method === "rest")
      await this.#owned.owner.signer.signed();
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
      const owner = await Owner.open({
        world: this.#world,
        paths: this.#paths,
        config: this.#config,
        fittings: this.#fittings,
        parts: this.#ready(),
        reader: this.#store,
        tasks: this.#taskPorts(),
      });
      this.#store = owner.store;
      this.#owned = { ownership, owner };
      ownership.serve((command) => this.#serve(command));
      const notices = await owner.begin((entry) => {
        ownership.publish({ run: entry.run, version: entry.version });
        this.#nudge();
      });
      this.#warn(notices);
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
    const answer = await this.#owned.owner.control.handle(request, { kind: "user", id: by });
    await this.#owned.owner.signer.signed();
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

  async #interrupt(run: RunId): Promise<"pauses" | "goes_on"> {
    if (this.#owned === null) return "goes_on";
    this.#patience = INTERRUPT_PATIENCE;
    await this.#handled({ method: "pause", run }, this.#actor);
    return "pauses";
  }

  async #close(patience: DurationMs | null): Promise<void> {
    this.#stopWatching?.();
    this.#listeners.clear();
    this.#connection?.close();
    if (this.#owned !== null) {
      const { ownership, owner } = this.#owned;
      await owner.close(patience);
      this.#owned = null;
      await ownership.release();
    } else {
      await this.#store.close();
    }
  }
}
