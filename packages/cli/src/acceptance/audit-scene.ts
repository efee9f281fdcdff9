import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

import { isJsonObject, parseStrict, type Json, type JsonObject } from "@writ/core";
import { expect } from "vitest";

import { readCommandLine } from "../argv/command-line.ts";
import { carryOut } from "../carry-out.ts";
import { COMMANDS, VERSION } from "../table.ts";
import { recordingTerminal } from "../terminal.ts";
import { screenFor } from "../terminal/screen.ts";
import type { World } from "../world.ts";

export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed. */
  readonly json: JsonObject;
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** A workspace, the homes of one person, and command lines in this process. */
export class AuditScene implements Disposable {
  readonly base = mkdtempSync(join(tmpdir(), "writ-audit-"));
  readonly root = join(this.base, "work");
  readonly database = join(this.root, ".orchestrate", "writ.db");
  readonly #world: World;

  constructor() {
    mkdirSync(this.root);
    const home = (name: string): string => join(this.base, name);
    this.#world = {
      cwd: this.root,
      environment: {},
      home: { data: home("data"), state: home("state"), config: home("config"), cache: home("cache") },
      user: { id: "mira", name: "mira" },
    };
  }

  async writ(...argv: readonly string[]): Promise<Said> {
    const terminal = recordingTerminal(
      screenFor({ isTerminal: true, columns: 160, rows: 40, environment: { NO_COLOR: "1" } }),
    );
    const line = await readCommandLine(argv, COMMANDS, VERSION, terminal);
    const exit =
      line.kind === "answered"
        ? line.exit
        : await carryOut(line.command, { invocation: line.invocation, terminal, world: this.#world });
    const { out, err } = terminal.written;
    return { exit, out, err, json: argv.includes("--json") ? objectOf(out) : {} };
  }

  /** A run that searched, summarised and, once approved, wrote. @returns its id */
  async demo(): Promise<string> {
    const { json } = await this.writ("demo", "--approve", "--json");
    return String(json["run_id"]);
  }

  /** The folder of a new export. */
  async exported(...argv: readonly string[]): Promise<string> {
    const folder = join(this.base, `export-${readdirSync(this.base).length}`);
    const said = await this.writ("audit", "export", ...argv, folder);
    if (said.exit !== 0) throw new Error(said.err);
    return folder;
  }

  /** What somebody with a database tool can do: the triggers go first. */
  tamper(...statements: readonly string[]): void {
    const db = new DatabaseSync(this.database);
    try {
      for (const row of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
        db.exec(`DROP TRIGGER ${String(row["name"])}`);
      db.exec("PRAGMA foreign_keys = OFF");
      for (const statement of statements) db.exec(statement);
    } finally {
      db.close();
    }
  }

  file(...path: readonly string[]): string {
    return join(this.base, ...path);
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** The shipped file, as a process of its own that knows nothing of the workspace. */
export function verifyWithOneFile(...argv: readonly string[]): JsonObject {
  const file = join(ROOT, "dist", "verify.mjs");
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    execFileSync(process.execPath, [join(ROOT, "scripts", "build-verifier.ts")], { cwd: ROOT });
  }
  try {
    return objectOf(execFileSync(process.execPath, [file, ...argv, "--json"], { encoding: "utf8" }));
  } catch (error) {
    if (!(error instanceof Error) || !("stdout" in error)) throw error;
    return objectOf(String(error.stdout));
  }
}

export function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function textOf(...path: readonly string[]): string {
  return readFileSync(join(...path), "utf8");
}

function objectOf(text: string): JsonObject {
  const value = parseStrict(text.trim());
  return isJsonObject(value) ? value : {};
}

/** Matches a text that holds this one. */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}

/** Matches an object that has these members. */
export function holding(members: Readonly<Record<string, string | number>>): unknown {
  return expect.objectContaining({ ...members });
}
