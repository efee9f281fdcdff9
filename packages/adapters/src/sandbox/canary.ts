import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

import { durationMs } from "@writ/core";
import type { Entropy, SandboxCommand } from "@writ/runtime";
import * as z from "zod";

import type { Ending } from "./run-confined.ts";

/**
 * Tries to get out by every way the sandbox is there to close, and says which were open. Runs confined, as any
 * program would; what it does is also watched from outside.
 */
const PROGRAM = `
const fs = require("node:fs"), net = require("node:net");
const aim = JSON.parse(process.argv[1]), leaks = [];
const attempt = (name, act) => { try { if (act()) leaks.push(name); } catch {} };
for (const root of ["", "/proc/1/root", "/proc/self/root"]) attempt("secret_file", () => fs.readFileSync(root + aim.secret, "utf8") === aim.word);
for (const path of aim.writes) attempt("write_outside:" + path, () => { fs.writeFileSync(path, "x"); return true; });
const known = (text) => text.split("\\0").every((line) => line === "" || aim.environment.includes(line.split("=")[0]));
for (const folder of aim.absent) attempt("folder:" + folder, () => fs.existsSync(folder));
const hides = (folder) => { try { return fs.readdirSync(folder).length === 0; } catch (error) { return error.code === "ENOENT"; } };
for (const folder of aim.secrets) attempt("hidden:" + folder, () => !hides(folder));
attempt("environment", () => !Object.keys(process.env).every((name) => aim.environment.includes(name)));
for (const pid of fs.readdirSync("/proc")) if (/^[0-9]+$/.test(pid)) attempt("environment_of_" + pid, () => !known(fs.readFileSync("/proc/" + pid + "/environ", "utf8")));
const status = fs.readFileSync("/proc/self/status", "utf8");
const field = (name) => status.match(new RegExp("^" + name + ":\\\\s*(.*)$", "m"))[1];
attempt("capabilities", () => !/^0+$/.test(field("CapEff") + field("CapPrm") + field("CapBnd")));
attempt("privileges", () => field("NoNewPrivs") !== "1");
attempt("filter", () => aim.filtered && field("Seccomp") !== "2");
attempt("root", () => process.getuid() === 0);
const dial = (name, options) => new Promise((resolve) => {
  const socket = net.connect(options, () => { leaks.push(name); socket.destroy(); });
  socket.on("error", () => undefined).on("close", resolve).setTimeout(500, () => socket.destroy());
});
Promise.all([dial("loopback", { host: "127.0.0.1", port: aim.port }), dial("abstract_socket", { path: aim.abstract })]).then(() => console.log(JSON.stringify(leaks)));
`;

const MEGABYTE = 2 ** 20;

export interface Canary {
  /** Folder of one's own in which the secret is planted; made where it is missing. */
  readonly scratch: string;
  readonly entropy: Entropy;
  readonly filtered: boolean;
  /** Files and folders of the machine that are shown on purpose. */
  readonly readable: readonly string[];
  /** Folders that nobody may see, whatever is shown around them. */
  readonly secrets: readonly string[];
  /** The program that runs the canary: this very Node. */
  readonly node: string;
}

/** What the canary reached; `ran` is false when it did not even run. */
export interface CanaryFinding {
  readonly ran: boolean;
  readonly leaks: readonly string[];
  readonly said: string;
}

/** Plants a secret and two listeners, lets the canary fly, and looks what it brought. */
export async function fly(canary: Canary, run: (command: SandboxCommand) => Promise<Ending>): Promise<CanaryFinding> {
  mkdirSync(canary.scratch, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(canary.scratch, "canary-"));
  let calls = 0;
  const listeners = [createServer(() => (calls += 1)), createServer(() => (calls += 1))];
  const [loopback, abstract] = listeners;
  try {
    // Open to all, so that only the missing mount keeps it.
    chmodSync(folder, 0o777);
    const word = Buffer.from(canary.entropy.bytes(16)).toString("hex");
    writeFileSync(join(folder, "secret"), word, { mode: 0o644 });
    const name = `\0writ-canary-${word}`;
    const port = loopback === undefined ? 0 : await listen(loopback, { host: "127.0.0.1", port: 0 });
    if (abstract !== undefined) await listen(abstract, { path: name });
    const ending = await run(command(canary, { secret: join(folder, "secret"), word, port, abstract: name, folder }));
    if (ending.kind === "failed") return { ran: false, leaks: [], said: ending.reason };
    const { result } = ending;
    const answer = leaksOf(result.stdout);
    const seen = [
      ...(calls > 0 ? ["listener_called"] : []),
      ...(readdirSync(folder).length > 1 ? ["file_written"] : []),
    ];
    return {
      ran: answer !== null,
      leaks: [...new Set([...(answer ?? []), ...seen])],
      said: Buffer.from(result.stderr).toString().trim(),
    };
  } finally {
    for (const listener of listeners) listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Aim {
  readonly secret: string;
  readonly word: string;
  readonly port: number;
  readonly abstract: string;
  readonly folder: string;
}

/** Folders that machines have and a minimal root has not. */
const FOREIGN = ["/boot", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/sys", "/var"];

function command({ node, filtered, readable, secrets }: Canary, aim: Aim): SandboxCommand {
  const environment = { PATH: "/usr/bin:/bin" };
  const writes = [
    join(aim.folder, "written"),
    "/usr/.writ-canary",
    "/.writ-canary",
    "/etc/.writ-canary",
    `/proc/1/root${aim.folder}/written`,
  ];
  const shown = [...readable, node];
  const absent = FOREIGN.filter((folder) => !shown.some((path) => path.startsWith(`${folder}/`)));
  const spec = JSON.stringify({
    ...aim,
    writes,
    filtered,
    absent,
    secrets,
    environment: [...Object.keys(environment), "PWD"],
  });
  return {
    argv: [node, "-e", PROGRAM, spec],
    directory: "/tmp",
    mounts: node.startsWith("/usr/") ? [] : [{ host: node, inside: node, access: "read" }],
    environment,
    stdin: null,
    limits: {
      wallClock: durationMs(15_000),
      cpuSeconds: 10,
      memoryBytes: 1_024 * MEGABYTE,
      processes: 128,
      fileBytes: MEGABYTE,
      outputBytes: 65_536,
    },
  };
}

function leaksOf(stdout: Uint8Array): readonly string[] | null {
  const text = Buffer.from(stdout).toString().trim();
  if (!text.startsWith("[")) return null;
  const parsed = z.array(z.string()).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

async function listen(
  server: Server,
  at: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(at, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
