import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const BUNDLE = resolve(import.meta.dirname, "../dist/writ.mjs");

/** The shipped bundle serving a workspace of its own, and a token that may do everything in it. */
export interface Served {
  readonly port: number;
  readonly token: string;
  /** Status and body. */
  ask(method: "GET" | "POST", path: string, body?: object): Promise<{ readonly status: number; readonly text: string }>;
  end(): Promise<void>;
}

export async function served(folder: string): Promise<Served> {
  const home = join(folder, "home");
  const env = {
    ...process.env,
    // How often tools may be called in a minute is no part of what is measured.
    RATE_LIMIT: "1000000",
    ...{ HOME: home, XDG_DATA_HOME: join(home, "data"), XDG_STATE_HOME: join(home, "state") },
    ...{ XDG_CONFIG_HOME: join(home, "config"), XDG_CACHE_HOME: join(home, "cache") },
  };
  const cwd = join(folder, "work");
  for (const path of [home, cwd]) mkdirSync(path, { recursive: true });
  await line(spawn(process.execPath, [BUNDLE, "init", "--json"], { cwd, env, stdio: ["ignore", "pipe", "ignore"] }));
  const server = spawn(process.execPath, [BUNDLE, "serve", "--port", "0", "--json", "--quiet"], {
    ...{ cwd, env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { port } = JSON.parse(await line(server));
  const argv = [BUNDLE, "token", "create", "--role", "admin", "--json"];
  const { token } = JSON.parse(
    await line(spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "pipe", "ignore"] })),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    port,
    token,
    ask: (method, path, body) => ask(agent, { port, token }, method, path, body),
    async end() {
      agent.destroy();
      const ended = new Promise((done) => server.once("exit", done));
      server.kill("SIGTERM");
      await ended;
    },
  };
}

async function line(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the process has no output");
  for await (const text of createInterface({ input: stdout })) return text;
  throw new Error("the process ended without a word");
}

function ask(
  agent: Agent,
  { port, token }: { readonly port: number; readonly token: string },
  method: "GET" | "POST",
  path: string,
  body: object | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve: answered, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const text = body === undefined ? null : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json",
    ...(text === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
  };
  const sent = request({ agent, host: "127.0.0.1", port, path, method, headers }, (response) => {
    const parts: Buffer[] = [];
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("end", () =>
      answered({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
    );
    response.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(text ?? undefined);
  return promise;
}
