import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "@writ/core";
import type { Desk, Log } from "@writ/runtime";

import { readCommandLine } from "../argv/command-line.ts";
import { carryOut } from "../carry-out.ts";
import { accessOf } from "../compose-owner.ts";
import { serve, type Serving } from "../compose-serve.ts";
import { COMMANDS, VERSION } from "../table.ts";
import { plainTerminal, recordingTerminal, type RecordingTerminal } from "../terminal.ts";
import { SCREEN } from "../terminal/gallery-samples.ts";
import type { World } from "../world.ts";
import type { Said, Workspace } from "./workspace.ts";

const SILENT: Log = {
  write(level, message, fields) {
    if (level === "error") throw new Error(`${message}: ${JSON.stringify(fields)}`);
  },
};

/** Somebody in another folder with a token for a real server in this process, over a workspace. Ends before its workspace does. */
export class RemoteUser implements AsyncDisposable {
  readonly work: Workspace;
  readonly desk: Desk;
  readonly serving: Serving;
  /** What they heard that is no part of an answer. */
  readonly warnings: string[] = [];
  world: World;

  private constructor(work: Workspace, desk: Desk, serving: Serving, world: World) {
    this.work = work;
    this.desk = desk;
    this.serving = serving;
    this.world = { ...world, warn: (sentence) => void this.warnings.push(sentence) };
  }

  static async over(work: Workspace, role: Role = "admin"): Promise<RemoteUser> {
    const desk = await work.desk();
    const serving = await serve(work.world, desk, { address: "127.0.0.1", port: 0 }, SILENT);
    const cwd = join(work.base, "away");
    mkdirSync(cwd, { recursive: true });
    const token = await tokenFor(desk, role, work.world.user.id ?? "mira");
    const environment = { WRIT_SERVER: serving.url, WRIT_TOKEN: token };
    return new RemoteUser(work, desk, serving, { ...work.world, cwd, environment });
  }

  token(role: Role): Promise<string> {
    return tokenFor(this.desk, role, "mira");
  }

  /** The environment of somebody with a token of another role. */
  async as(role: Role): Promise<void> {
    this.world = { ...this.world, environment: { ...this.world.environment, WRIT_TOKEN: await this.token(role) } };
  }

  command(...argv: readonly string[]): Promise<Said> {
    return said(this.world, argv, recordingTerminal(SCREEN));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving.close();
    await this.work.close();
  }
}

async function tokenFor(desk: Desk, role: Role, user: string): Promise<string> {
  const { token } = await accessOf(desk.store).create({ role, kind: "user", user, label: null, ttlMs: null });
  return token;
}

/** A command line in a world of its own, on a terminal that may have a keyboard. */
export async function said(world: World, argv: readonly string[], terminal: RecordingTerminal): Promise<Said> {
  const line = await readCommandLine(argv, COMMANDS, VERSION, terminal);
  if (line.kind === "answered") return { exit: line.exit, ...terminal.written };
  const { invocation, command } = line;
  const shown = invocation.plain ? plainTerminal(terminal) : terminal;
  const exit = await carryOut(command, { invocation, terminal: shown, world });
  return { exit, ...terminal.written };
}
