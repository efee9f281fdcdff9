import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { exchange, type Received, type Sent } from "./http-exchange.ts";
import type { Workspace } from "./workspace.ts";

/** Built before the tests run. */
const MAIN = fileURLToPath(new URL("../../../../dist/writ.mjs", import.meta.url));
const PATIENCE_MS = 60_000;

/** `writ serve` as a process of its own, which can be killed and started again on its port. */
export class ServingProcess implements AsyncDisposable {
  readonly #work: Workspace;
  #child: ChildProcess | null = null;
  #port = 0;
  kills = 0;

  constructor(work: Workspace) {
    this.#work = work;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, "serve", "--port", String(this.#port), "--quiet", "--json"], {
      cwd: this.#work.root,
      env: this.#work.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let said = "";
    child.stderr?.on("data", (part) => (said += String(part)));
    const [line]: readonly unknown[] = await Promise.race([
      once(child.stdout ?? child, "data"),
      once(child, "exit").then(() => [`it ended: ${said}`]),
    ]);
    const port = /"port":\s*(\d+)/.exec(String(line))?.[1];
    if (port === undefined) throw new TypeError(`it does not serve: ${String(line)} ${said}`);
    this.#port = Number(port);
  }

  /** As the loss of power does to a process. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    this.kills += 1;
  }

  /** Asks until somebody answers, over as many deaths as it takes; what is under way is waited for. */
  async answered(method: string, path: string, sent: Sent): Promise<Received> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const received = await exchange(this.#port, method, path, sent);
        if (received.status !== 409 || received.problem().code !== "idempotency_in_flight") return received;
      } catch (error) {
        if (!isGone(error) || performance.now() > until) throw error;
      }
      await sleep(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Whether nobody was there to answer, or whoever was went away. */
export function isGone(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}
