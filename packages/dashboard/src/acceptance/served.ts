import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WRIT = fileURLToPath(new URL("../../../../dist/writ.mjs", import.meta.url));
const run = promisify(execFile);

/** A workspace with the demo's notes, the homes of one person, and `writ serve` over it as it is shipped. */
export class Served implements AsyncDisposable {
  readonly base = mkdtempSync(join(tmpdir(), "writ-browser-"));
  readonly root = join(this.base, "notes");
  readonly environment: NodeJS.ProcessEnv;
  #server: ChildProcess | null = null;
  #token = "";
  url = "";
  code = "";

  /** @param environment configuration beyond the defaults */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.root);
    const home = (name: string): string => join(this.base, name);
    this.environment = {
      PATH: process.env["PATH"],
      HOME: this.base,
      XDG_CONFIG_HOME: home("config"),
      XDG_CACHE_HOME: home("cache"),
      XDG_STATE_HOME: home("state"),
      XDG_DATA_HOME: home("data"),
      ...environment,
    };
  }

  /** @returns what it printed; whatever its exit status, which the text tells */
  async writ(...argv: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [WRIT, ...argv], { cwd: this.root, env: this.environment });
    return stdout;
  }

  /** @param port 0 for any that is free */
  async start(port = 0): Promise<void> {
    const server = spawn(process.execPath, [WRIT, "serve", "--port", String(port), "--json", "--quiet"], {
      cwd: this.root,
      env: this.environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#server = server;
    const line = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const end = text.indexOf("\n");
        if (end !== -1) resolve(text.slice(0, end));
      });
      server.on("exit", (code) => reject(new Error(`writ serve ended with ${code}`)));
    });
    const said = JSON.parse(line) as { readonly url: string; readonly code: string };
    this.url = said.url;
    this.code = said.code;
    if (this.#token === "")
      this.#token = (
        JSON.parse(await this.writ("token", "create", "--role", "admin", "--json")) as { token: string }
      ).token;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ends the server without a chance to say goodbye. */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const server = this.#server;
    if (server === null || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.on("exit", resolve));
    server.kill(signal);
    await ended;
    this.#server = null;
  }

  /** Asks the API as a program does. @throws Error for every answer that is no success */
  async api<T = Record<string, unknown>>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: "application/json",
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** A plan that waits for a person. @returns its run */
  async asks(plan: PlanSketch): Promise<string> {
    const task = await this.api<{ id: string }>("POST", "/tasks", {
      ...(plan.goal === undefined ? {} : { goal: plan.goal }),
      plan: plan.document,
    });
    await this.api("POST", `/tasks/${task.id}/run`, {});
    return task.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGKILL");
    rmSync(this.base, { recursive: true, force: true });
  }
}

export interface PlanSketch {
  readonly goal?: string;
  readonly document: Record<string, unknown>;
}

/** A plan of one step that writes a note. */
export function writes(path: string, text: string, goal?: string): PlanSketch {
  return sketch([{ id: "write_note", tool: "docs.write_doc", params: { path, text } }], goal);
}

/** A plan of one step that deletes a file for good. */
export function deletes(path: string, goal?: string): PlanSketch {
  return sketch(
    [
      {
        id: "delete_file",
        tool: "files.delete",
        approval_mode: "destructive",
        requires: ["GATE_OPERATOR"],
        params: { paths: [path] },
      },
    ],
    goal,
  );
}

export function sketch(steps: readonly Record<string, unknown>[], goal?: string): PlanSketch {
  const document = { intent: "test.plan", steps, decision_checkpoints: [] };
  return goal === undefined ? { document } : { goal, document };
}
