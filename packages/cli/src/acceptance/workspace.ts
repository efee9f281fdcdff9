import { createHash } from "node:crypto";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import {
  isJsonObject,
  OrchestratorError,
  parseStrict,
  type Json,
  type JsonObject,
  type RunId,
  type TaskView,
} from "@writ/core";
import { createRequest, replayRun, type CreateRequest, type History, type Desk } from "@writ/runtime";
import { fixturePath } from "@writ/testkit/build/tool-bench";

import { readCommandLine } from "../argv/command-line.ts";
import { carryOut } from "../carry-out.ts";
import { PRODUCT, type Fittings } from "../compose-parts.ts";
import { openDeskAt, systemClockOf, workspaceAt } from "../compose.ts";
import { createWorkspace } from "../compose-workspace.ts";
import { taskJson } from "../drive.ts";
import { SCREEN } from "../terminal/gallery-samples.ts";
import { plainTerminal, recordingTerminal } from "../terminal.ts";
import { COMMANDS, VERSION } from "../table.ts";
import type { World } from "../world.ts";

/** Not in the folder of temporary files, which sandboxes replace. */
const BASE = fileURLToPath(new URL("../../../../.cache/acceptance/", import.meta.url));
const HOUR_S = 3_600;
const RETRY_TURN_MS = 20;
const RETRY_TURNS = 250;

/** What a command said, as a process would have. */
export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A real workspace with homes of its own, driven through the composition root. */
export class Workspace implements AsyncDisposable {
  readonly base: string;
  readonly root: string;
  world: World;
  #fittings: Fittings = { tools: [], notifier: null };
  #desk: Desk | null = null;

  private constructor(base: string, environment: World["environment"]) {
    this.base = base;
    this.root = join(base, "work");
    this.world = {
      cwd: this.root,
      environment,
      home: {
        data: join(base, "data"),
        state: join(base, "state"),
        config: join(base, "config"),
        cache: join(base, "cache"),
      },
      user: { id: "mira", name: "Mira" },
    };
  }

  /** @param fixture what lies in it; notes on release, support and stand-up were changed an hour ago, all others ten days ago */
  static make(
    fixture: "notes" | "code-base" | null,
    more: { readonly environment?: World["environment"]; readonly fittings?: Partial<Fittings> } = {},
  ): Workspace {
    mkdirSync(BASE, { recursive: true });
    const made = new Workspace(mkdtempSync(join(BASE, "w-")), more.environment ?? {});
    made.#fittings = { ...made.#fittings, ...more.fittings };
    mkdirSync(made.root, { mode: 0o755 });
    if (fixture !== null) cpSync(fixturePath(fixture), made.root, { recursive: true });
    made.#age(made.root);
    createWorkspace(made.world, made.root, PRODUCT);
    return made;
  }

  get folder(): string {
    return join(this.root, ".orchestrate");
  }

  /** What a process of its own is given, so that it finds the homes this one has. */
  get environment(): Readonly<Record<string, string>> {
    const { data, state, config, cache } = this.world.home;
    return {
      PATH: "/usr/bin:/bin",
      HOME: this.base,
      XDG_DATA_HOME: data,
      XDG_STATE_HOME: state,
      XDG_CONFIG_HOME: config,
      XDG_CACHE_HOME: cache,
    };
  }

  async desk(): Promise<Desk> {
    this.#desk ??= await openDeskAt(this.world, workspaceAt(this.root), this.#fittings);
    return this.#desk;
  }

  /** Lets go of the workspace, as the end of a process does; the next use opens it anew. */
  async close(): Promise<void> {
    const desk = this.#desk;
    this.#desk = null;
    await desk?.close();
  }

  refit(fittings: Partial<Fittings>): void {
    this.#fittings = { ...this.#fittings, ...fittings };
  }

  configure(text: string): void {
    this.write("config", "writ/config.yaml", text);
  }

  write(home: "work" | "config", path: string, text: string): void {
    const file = join(this.base, home, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }

  text(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Starts a run and waits until only a person or a clock can move it. */
  async goal(goal: string, over: Partial<CreateRequest> = {}): Promise<RunId> {
    return this.#create({ goal, ...over });
  }

  async plan(
    steps: readonly Json[],
    over: Partial<CreateRequest> & { readonly plan?: JsonObject } = {},
  ): Promise<RunId> {
    const plan = { intent: "test.plan", decision_checkpoints: [], ...over.plan, steps };
    return this.#create({ ...over, goal: "", plan, author: "person" });
  }

  /** The same, not waiting. */
  async start(over: Partial<CreateRequest>): Promise<RunId> {
    const desk = await this.desk();
    const { run } = await desk.send(createRequest({ goal: "", door: "run", ...over }));
    return desk.runNamed(String(run));
  }

  /** Waits until only a person can move the run; a retry that is due later is waited for. */
  async rest(run: RunId): Promise<TaskView> {
    const desk = await this.desk();
    for (let turn = 0; ; turn += 1) {
      await desk.send({ method: "rest", run });
      const view = await this.view(run);
      if (view.status !== "in_progress" || turn >= RETRY_TURNS) return view;
      await sleep(RETRY_TURN_MS);
    }
  }

  async view(run: RunId): Promise<TaskView> {
    return taskJson(await this.desk(), run);
  }

  async history(run: RunId): Promise<History> {
    return (await this.desk()).history(run);
  }

  async facts(run: RunId): Promise<History["entries"][number]["facts"]> {
    return (await this.history(run)).entries.flatMap(({ facts }) => facts);
  }

  /** The one request that waits. */
  async waiting(run: RunId): Promise<string> {
    const { approvals } = await this.view(run);
    const open = approvals.filter(({ status }) => status === "waiting");
    const [only] = open;
    if (only === undefined || open.length > 1) throw new TypeError(`${open.length} requests wait`);
    return only.approval_id;
  }

  async approve(run: RunId): Promise<TaskView> {
    const approval = await this.waiting(run);
    await (await this.desk()).send({ method: "approve", approval });
    return this.rest(run);
  }

  async deny(run: RunId, reason: string): Promise<TaskView> {
    const approval = await this.waiting(run);
    await (await this.desk()).send({ method: "deny", approval, reason });
    return this.rest(run);
  }

  async replay(run: RunId): Promise<ReturnType<typeof replayRun>> {
    return replayRun(run, await this.history(run));
  }

  /** Output of a step as it was recorded. */
  async output(run: RunId, step: string): Promise<Json> {
    const fact = (await this.facts(run)).findLast((each) => each.type === "attempt_returned" && each.step === step);
    if (fact?.type !== "attempt_returned") throw new TypeError(`${step} returned nothing`);
    return fact.output.json();
  }

  /** A command line, in this process, with nobody at the keyboard. */
  async command(...argv: readonly string[]): Promise<Said> {
    await this.close();
    const terminal = recordingTerminal(SCREEN);
    const line = await readCommandLine(argv, COMMANDS, VERSION, terminal);
    if (line.kind === "answered") return { exit: line.exit, ...terminal.written };
    const { invocation } = line;
    const shown = invocation.plain ? plainTerminal(terminal) : terminal;
    const exit = await carryOut(line.command, { invocation, terminal: shown, world: this.world });
    return { exit, ...terminal.written };
  }

  /** A digest of every name, kind and byte of the work, what Writ keeps for itself left out. */
  digest(): string {
    const hash = createHash("sha256");
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (path.startsWith(this.folder)) continue;
      const stat = lstatSync(path);
      hash.update(`${path}\0${stat.mode}\0${stat.mtimeMs}\0`);
      if (stat.isFile()) hash.update(readFileSync(path));
      if (stat.isSymbolicLink()) hash.update(readlinkSync(path));
    }
    return hash.digest("hex");
  }

  /** How many entries the log holds. */
  async journalSize(): Promise<number> {
    return (await (await this.desk()).store.audit.head()).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.base, { recursive: true, force: true });
  }

  async #create(over: Partial<CreateRequest>): Promise<RunId> {
    const run = await this.start(over);
    await this.rest(run);
    return run;
  }

  #age(folder: string): void {
    const now = systemClockOf().now() / 1_000;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const isNew = /release|support|standup/.test(entry.name);
      const at = now - (isNew ? HOUR_S : 240 * HOUR_S);
      utimesSync(join(entry.parentPath, entry.name), at, at);
    }
  }
}

/** The one JSON document a command printed. */
export function documentOf({ out, err }: Said): JsonObject {
  const value = parseStrict(out.trim());
  if (!isJsonObject(value)) throw new TypeError(`no document: ${out} ${err}`);
  return value;
}

/** The error that something is refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<OrchestratorError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
    throw error;
  }
  throw new TypeError("it was not refused");
}
