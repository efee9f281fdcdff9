import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { Client, type ResponseShape, type Transport } from "@writ/api/client/client";
import { isJsonObject, parseStrict, type JsonObject } from "@writ/core";

const BUNDLE = resolve(import.meta.dirname, "../dist/writ.mjs");

/** The shipped bundle serving a workspace of its own, and a token that may do everything in it. */
export interface Served {
  readonly port: number;
  readonly token: string;
  readonly client: Client;
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
  const port = numberIn(await line(server), "port");
  const argv = [BUNDLE, "token", "create", "--role", "admin", "--json"];
  const told = await line(spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "pipe", "ignore"] }));
  const token = textIn(told, "token");
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    port,
    token,
    client: new Client(transport(agent, port, token)),
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

function numberIn(json: string, name: string): number {
  const value = objectIn(json)[name];
  if (typeof value !== "number") throw new Error(`${json} names no ${name}`);
  return value;
}

function textIn(json: string, name: string): string {
  const value = objectIn(json)[name];
  if (typeof value !== "string") throw new Error(`${json} names no ${name}`);
  return value;
}

function objectIn(json: string): JsonObject {
  const value = parseStrict(json);
  return isJsonObject(value) ? value : {};
}

/** The transport of the typed client, over connections that are kept. */
function transport(agent: Agent, port: number, token: string): Transport {
  return {
    base: "",
    headers: () => ({ authorization: `Bearer ${token}` }),
    fetch: (path, { method, headers, body }) => {
      const { promise, resolve: answered, reject } = Promise.withResolvers<ResponseShape>();
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const to = { agent, host: "127.0.0.1", port, path, method, headers: { ...headers, ...length } };
      const sent = request(to, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const status = response.statusCode ?? 0;
          answered({
            ok: status < 300,
            status,
            json: async () => parseStrict(text),
            text: async () => text,
            arrayBuffer: async () => Uint8Array.from(Buffer.from(text)).buffer,
          });
        });
      });
      sent.on("error", reject);
      sent.end(body);
      return promise;
    },
  };
}
