import { openSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { equalInTime } from "@writ/adapters/system/equal-in-time";
import { keyRing, openKeyInForce } from "@writ/adapters/system/key-ring";
import { lastSeenPath, readLastSeen, writeLastSeen } from "@writ/adapters/system/last-seen";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { bundleFolder } from "@writ/adapters/workspace/bundle-folder";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { parseCheckpoint, type DurationMs, type OrchestratorError, type RunId } from "@writ/core";
import {
  Access,
  Approvals,
  Control,
  Custody,
  Engine,
  Escalation,
  HeadSigner,
  keysOfLog,
  pinConfiguration,
  readHistory,
  Reading,
  RecentReadings,
  rulesOfRun,
  Secrets,
  Tasks,
  type Config,
  type DurableEntry,
  type Store,
  type TaskPorts,
  type Tracing,
} from "@writ/runtime";
import { takingNotices } from "./compose-notices.ts";
import { Outgoing } from "./compose-outgoing.ts";
import { modelsOf, PRODUCT, type Fittings, type Parts } from "./compose-parts.ts";
import { renewErased, runCopies } from "./compose-run-copies.ts";
import { RunFolders } from "./compose-run-folder.ts";
import { tracingOf } from "./compose-telemetry.ts";
import { assertClock } from "./compose-guards.ts";
import type { World } from "./world.ts";

/** What a workspace is taken into possession with. */
export interface OwnerScene {
  readonly world: World;
  readonly paths: WorkspacePaths;
  readonly config: Config;
  readonly fittings: Fittings;
  readonly parts: Parts;
  /** The store for reading, which is closed once the owner's is open. */
  readonly reader: SqliteStore;
  readonly tasks: Omit<TaskPorts, "store" | "engine" | "rulesOf" | "pinned">;
}

interface OwnerParts {
  readonly store: SqliteStore;
  readonly engine: Engine;
  readonly control: Control;
  readonly signer: HeadSigner;
  readonly readings: RecentReadings;
  readonly tracing: Tracing | null;
  readonly folders: RunFolders;
  readonly escalation: Escalation;
  readonly outgoing: Outgoing;
}

/** Everything that works in a workspace, in the one process that owns it. */
export class Owner {
  readonly store: SqliteStore;
  readonly control: Control;
  readonly signer: HeadSigner;
  readonly readings: RecentReadings;
  readonly tracing: Tracing | null;
  readonly #parts: OwnerParts;
  readonly #config: Config;

  private constructor(parts: OwnerParts, config: Config) {
    this.#parts = parts;
    this.#config = config;
    this.store = parts.store;
    this.control = parts.control;
    this.signer = parts.signer;
    this.readings = parts.readings;
    this.tracing = parts.tracing;
  }

  /** @throws OrchestratorError where the key does not fit, the clock went back, or the log contradicts what was seen of it */
  static async open(scene: OwnerScene): Promise<Owner> {
    const { world, paths, config, fittings, parts, reader } = scene;
    const { log } = reader;
    const place = { dataHome: world.home.data, log: log.id, origin: log.origin };
    const [period] = (await keysOfLog(reader, nodeVerifier)).slice(-1);
    const key = openKeyInForce(place, period?.key.text ?? "");
    const memory = lastSeenPath(world.home.state, log.id);
    const seen = parseCheckpoint(nodeVerifier, await readLastSeen(memory));
    assertClock(seen?.time ?? "");
    const store = await openSqliteStore(paths, nodeHasher, seen ?? null);
    await reader.close();
    const configured = { hash: nodeHasher, log: log.id, tools: parts.rules };
    const today = await pinConfiguration(store.documents, {
      ...configured,
      policy: config.policy,
      sandbox: parts.sandbox.profile,
      models: modelsOf(config),
    });
    const rulesOf = (run: RunId) => rulesOfRun(store, run, configured);
    const engine = new Engine({
      store,
      clock: systemClock,
      entropy: systemEntropy,
      secrets: new Secrets(config.secrets),
      gateway: parts.gateway,
      planner: parts.planner,
      rules: today.rules,
      rulesOf,
    });
    const lastSeen = { recall: () => readLastSeen(memory), remember: (note: string) => writeLastSeen(memory, note) };
    const signer = new HeadSigner(store, nodeVerifier, key, lastSeen, systemClock);
    const readings = new RecentReadings(async (run) => new Reading(store, run, await rulesOf(run)));
    const looked = (run: RunId) => readings.history(run);
    const folders = new RunFolders(paths.runs, looked);
    const custody = new Custody({
      store,
      platform: nodeVerifier,
      clock: systemClock,
      signer,
      keys: keyRing(place),
      bundles: bundleFolder,
      history: async (run) => readHistory(store, run, await rulesOf(run)),
      copies: runCopies(paths.folder, folders, () => readings.forget()),
    });
    const outgoing = new Outgoing(store, config, fittings.notifier);
    const control = new Control({
      tasks: new Tasks({ ...scene.tasks, store, engine, rulesOf, pinned: today }),
      approvals: new Approvals({ store, engine, gateway: parts.gateway, history: looked }),
      engine,
      custody,
      access: accessOf(store),
      deadLetters: outgoing.deadLetters,
    });
    await renewErased(paths.folder, store, custody);
    const escalation = new Escalation({
      waiting: (after, limit) => store.views.waiting(after, limit),
      clock: systemClock,
      escalated: (notice) => outgoing.telling.escalated(notice),
      slaMs: config.approvalSlaMs,
    });
    const tracing = await tracingOf(config, store.journal, PRODUCT.slice(PRODUCT.indexOf("/") + 1));
    return new Owner({ store, engine, control, signer, readings, tracing, folders, escalation, outgoing }, config);
  }

  /**
   * Takes up what the journal says is not finished.
   *
   * @param onEntry called for each entry, once it is durable
   * @returns what a person is told now
   */
  async begin(onEntry: (entry: DurableEntry) => void): Promise<readonly string[]> {
    const { engine, signer, folders, escalation, tracing, outgoing } = this.#parts;
    engine.watch({
      onEntry: (entry) => {
        signer.noticed();
        if (entry.facts.some((fact) => fact.type === "run_ended")) void signer.signed();
        folders.noticed(entry.run, entry.facts);
        escalation.noticed(entry);
        tracing?.noticed(entry);
        outgoing.telling.noticed(entry);
        onEntry(entry);
      },
    });
    await outgoing.begin();
    await engine.recover();
    await escalation.recover();
    return [...takingNotices(this.#config, process.getuid?.() ?? null), ...outgoing.unready];
  }

  /** Why nothing is written any more; null while all is well. */
  get failure(): OrchestratorError | null {
    return this.#parts.engine.failure;
  }

  /** @param patience how long runs may take to come to rest; null is as long as it takes */
  async close(patience: DurationMs | null): Promise<void> {
    const { store, engine, signer, folders, escalation, tracing, outgoing } = this.#parts;
    await engine.idle(patience);
    await outgoing.stop();
    // Somebody may have asked for more while the last of it was told.
    if (patience === null) await engine.idle(null);
    engine.stop();
    await escalation.stop();
    await tracing?.close();
    await signer.close();
    await folders.idle();
    await store.close();
  }
}

/** Who may come in to a workspace. */
export function accessOf(store: Pick<Store, "doors">): Access {
  return new Access({
    tokens: store.doors.tokens,
    clock: systemClock,
    entropy: systemEntropy,
    hash: nodeHasher,
    equal: equalInTime,
  });
}
