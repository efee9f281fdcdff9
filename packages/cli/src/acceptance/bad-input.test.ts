import { execFile } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

import { isJsonArray, isJsonObject, parseStrict, type JsonObject } from "@writ/core";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { describe, expect, test } from "vitest";

import { having, like, withMembers } from "./matching.ts";
import { openDeskAt, systemClockOf, workspaceAt } from "../compose.ts";
import { Workspace, type Said } from "./workspace.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const read = { id: "look", tool: "files.read", params: { path: "release.md" } };
const note = (path: string) => ({ id: "write", tool: "docs.write_doc", params: { path, text: "# New\n" } });

/** A command line in a process of its own, possibly inside another program. */
async function program(work: Workspace, argv: readonly string[], inside: readonly string[] = []): Promise<Said> {
  const [file = "", ...args] = [...inside, process.execPath, MAIN, ...argv];
  return new Promise((resolve) => {
    execFile(file, args, { cwd: work.root, env: work.environment }, (error, out, err) => {
      resolve({ exit: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

function errorOf(said: Said): JsonObject {
  const last = said.out.trim().split("\n").at(-1) ?? "";
  const value = parseStrict(last === "" ? "{}" : last);
  const error = isJsonObject(value) ? value["error"] : undefined;
  if (!isJsonObject(error)) throw new TypeError(`no error: ${said.exit} ${said.out} ${said.err}`);
  return error;
}

interface Refusal {
  readonly exit: number;
  /** The error's own code, then those of its findings. */
  readonly codes: readonly unknown[];
  readonly problems: readonly JsonObject[];
}

/** What a command line is refused with: typed, with an exit status and a way out; work and log are as they were. */
async function refused(work: Workspace, ...argv: readonly string[]): Promise<Refusal> {
  const before = { digest: work.digest(), size: await work.journalSize() };
  const said = await work.command(...argv, "--json");
  const error = errorOf(said);
  const listed = error["problems"];
  const problems = listed !== undefined && isJsonArray(listed) ? listed.filter(isJsonObject) : [];
  expect(error["exit"]).toBe(said.exit);
  expect(`${String(error["message"])} ${JSON.stringify(problems)}`).toMatch(/[;:] |remedy/);
  expect({ digest: work.digest(), size: await work.journalSize() }).toEqual(before);
  return { exit: said.exit, codes: [error["code"], ...problems.map(({ code }) => code)], problems };
}

async function refusedPlan(...steps: readonly object[]): Promise<Refusal> {
  await using work = Workspace.make("notes");
  work.write("work", "plan.json", JSON.stringify({ intent: "test.plan", decision_checkpoints: [], steps }));
  return await refused(work, "run", "plan.json");
}

/** A finding with its place and what to do about it. */
function finding(exit: number, code: string, place: Readonly<Record<string, unknown>>): object {
  return { exit, problems: having(withMembers({ code, place: withMembers(place), remedy: like(/\S/) })) };
}

const LEADS_OUT = /outside|escape|link|leads|leaves/i;

describe("issue 7.10: plans", () => {
  test("an unknown tool", async () => {
    const answer = await refusedPlan({ id: "a", tool: "mail.send" });
    expect(answer).toMatchObject(finding(4, "tool_not_allowed", { step: "a" }));
  });

  test("a cycle", async () => {
    const answer = await refusedPlan({ ...read, depends_on: ["b"] }, { ...read, id: "b", depends_on: ["look"] });
    expect(answer).toMatchObject(finding(2, "plan_cycle", { field: "depends_on" }));
  });

  test("a dangling reference", async () => {
    const answer = await refusedPlan({ id: "a", tool: "files.read", param_bindings: { "/path": "nobody./x" } });
    expect(answer).toMatchObject(finding(2, "reference_dangling", { step: "a" }));
  });

  test("types of two steps that do not fit", async () => {
    const search = { id: "s", tool: "docs.search_docs", params: { query: "x" } };
    const answer = await refusedPlan(search, { id: "a", tool: "files.read", param_bindings: { "/path": "s./hits" } });
    expect(answer).toMatchObject(finding(2, "type_mismatch", { step: "a" }));
  });

  test("parameters off the schema", async () => {
    const answer = await refusedPlan({ ...read, params: { path: 7 } });
    expect(answer).toMatchObject(finding(2, "argument_not_allowed", { step: "look" }));
  });

  test("unknown parameters", async () => {
    const answer = await refusedPlan({ ...read, params: { path: "release.md", colour: "red" } });
    expect(answer).toMatchObject(finding(2, "argument_not_allowed", { step: "look" }));
  });

  test("a file that is neither plan nor workflow, and one that is not there", async () => {
    await using work = Workspace.make("notes");
    work.write("work", "plan.yaml", "steps:\n  - {id: a\n");
    const unreadable = await refused(work, "run", "plan.yaml");
    expect(unreadable).toMatchObject({ exit: 2, problems: [{ code: "plan_malformed", place: { file: "plan.yaml" } }] });
    expect(JSON.stringify(unreadable)).toContain('"line"');
    expect(await refused(work, "run", "missing.json")).toMatchObject({ exit: 2, codes: ["input_malformed"] });
  });
});

describe("issue 7.10: words and settings", () => {
  test("a bad environment variable", async () => {
    await using work = Workspace.make("notes");
    const size = await work.journalSize();
    const { world } = work;
    work.world = { ...world, environment: { POLICY_MODE: "autonomos" } };
    const said = await work.command("run", "daily brief", "--json");
    expect(said.exit).toBe(2);
    expect(errorOf(said)).toMatchObject({
      code: "environment_invalid",
      problems: [{ place: { field: "POLICY_MODE" }, remedy: like(/POLICY_MODE/) }],
    });
    work.world = world;
    expect(await work.journalSize()).toBe(size);
  });

  test("an empty goal, and one of 1 MB", async () => {
    await using work = Workspace.make("notes");
    expect(await refused(work, "run", "   ")).toMatchObject({ exit: 2, codes: ["goal_empty"] });
    expect(await refused(work, "run", "word ".repeat(200_000))).toMatchObject({ exit: 2, codes: ["goal_too_long"] });
  });

  test("a workspace whose configuration tries to loosen policy", async () => {
    await using work = Workspace.make("notes");
    const size = await work.journalSize();
    await work.close();
    work.write(
      "work",
      "writ.yaml",
      [
        "policy: { mode: autonomous }",
        "budget: { steps: 1000, cost_cents: 60.5 }",
        "approvals: { sla: 30d }",
        "limits: { rate_per_minute: 1000, timeout: 1h, width: 64 }",
        "",
      ].join("\n"),
    );
    const before = work.digest();
    const said = await work.command("run", "daily brief", "--json");
    expect(said.exit).toBe(4);
    expect(errorOf(said)).toMatchObject({
      code: "policy_relaxation",
      problems: [
        { place: { field: "policy.mode" } },
        { place: { field: "budget.steps" } },
        { place: { field: "budget.cost_cents" } },
        { place: { field: "approvals.sla" } },
        { place: { field: "limits.rate_per_minute" } },
        { place: { field: "limits.timeout" } },
        { place: { field: "limits.width" } },
      ],
    });
    expect(work.digest()).toBe(before);
    rmSync(join(work.root, "writ.yaml"));
    expect(await work.journalSize()).toBe(size);
  });

  test("what only a user's own file may say is no key of a workspace's", async () => {
    await using work = Workspace.make("notes");
    await work.close();
    work.write("work", "writ.yaml", "outbound: { hosts: [evil.example] }\n");
    const said = await work.command("run", "daily brief", "--json");
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit: 2, code: "config_invalid" });
  });
});

describe("issue 7.10: paths", () => {
  const outside = "# Outside\n";

  /** How a write to this path is refused, in words; nothing changed, inside or outside. */
  async function escapes(path: string, prepare: (work: Workspace) => void): Promise<string> {
    await using work = Workspace.make("notes", { environment: { POLICY_MODE: "autonomous" } });
    writeFileSync(join(work.base, "outside.md"), outside);
    prepare(work);
    const before = work.digest();
    const run = await work.plan([note(path)]);
    expect(work.digest()).toBe(before);
    expect(readFileSync(join(work.base, "outside.md"), "utf8")).toBe(outside);
    const failed = (await work.facts(run)).find((fact) => fact.type === "attempt_failed");
    return failed?.type === "attempt_failed" ? failed.error.text() : "";
  }

  test("by ..", async () => {
    expect(await escapes("../outside.md", () => undefined)).toMatch(LEADS_OUT);
  });

  test("by a symbolic link to a folder", async () => {
    const answer = await escapes("way/outside.md", (work) => {
      const elsewhere = join(work.base, "elsewhere");
      mkdirSync(elsewhere);
      linkSync(join(work.base, "outside.md"), join(elsewhere, "outside.md"));
      symlinkSync(elsewhere, join(work.root, "way"));
    });
    expect(answer).toMatch(LEADS_OUT);
  });

  test("by a symbolic link to a file", async () => {
    const answer = await escapes("link.md", (work) =>
      symlinkSync(join(work.base, "outside.md"), join(work.root, "link.md")),
    );
    expect(answer).toMatch(LEADS_OUT);
  });

  test("by a hard link: what it names outside stays as it is", async () => {
    await using work = Workspace.make("notes", { environment: { POLICY_MODE: "autonomous" } });
    writeFileSync(join(work.base, "outside.md"), outside);
    linkSync(join(work.base, "outside.md"), join(work.root, "hard.md"));
    await work.plan([note("hard.md")]).catch(() => undefined);
    expect(readFileSync(join(work.base, "outside.md"), "utf8")).toBe(outside);
  });

  test("by a link that takes the folder's place after the approval was asked", async () => {
    await using work = Workspace.make("notes");
    mkdirSync(join(work.root, "out"));
    mkdirSync(join(work.base, "elsewhere"));
    const run = await work.plan([note("out/new.md")]);
    renameSync(join(work.root, "out"), join(work.root, "out.old"));
    symlinkSync(join(work.base, "elsewhere"), join(work.root, "out"));
    await work.approve(run).catch(() => undefined);
    expect(readdirSync(join(work.base, "elsewhere"))).toEqual([]);
    expect((await work.view(run)).status).not.toBe("completed");
  });
});

describe("issue 7.10: storage", () => {
  test("the database is locked", { timeout: 30_000 }, async () => {
    await using work = Workspace.make("notes");
    const before = { digest: work.digest(), size: await work.journalSize() };
    await work.close();
    const other = new DatabaseSync(join(work.folder, "writ.db"));
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE");
    const said = await work.command("run", "daily brief", "--json");
    other.exec("ROLLBACK");
    other.close();
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({
      exit: 1,
      code: like(/database_locked|audit_unavailable/),
    });
    expect({ digest: work.digest(), size: await work.journalSize() }).toEqual(before);
  });

  test("the database is corrupted", async () => {
    await using work = Workspace.make("notes");
    await work.close();
    const file = join(work.folder, "writ.db");
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4_096, Math.min(bytes.length, 40_960));
    writeFileSync(file, bytes);
    const before = work.digest();
    const said = await work.command("run", "daily brief", "--json");
    expect(said.exit).toBe(5);
    expect(errorOf(said)["code"]).toMatch(/database_corrupt|log_corrupt/);
    expect(work.digest()).toBe(before);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test("the clock went back behind what was signed; a minute is nothing", async () => {
    await using work = Workspace.make("notes");
    await work.plan([read]);
    const { log } = (await work.desk()).store;
    await work.close();
    const lastSeen = join(work.world.home.state, "writ", log.id, "last-seen");
    const signed = readFileSync(lastSeen, "utf8");
    const signedAt = (ms: number): void =>
      writeFileSync(lastSeen, signed.replace(/time \S+/, `time ${new Date(systemClockOf().now() + ms).toISOString()}`));
    signedAt(3_600_000);
    expect(await refused(work, "run", "Find new docs from the last 24 hours and summarize them")).toMatchObject({
      exit: 2,
      codes: ["clock_went_back"],
    });
    expect((await work.command("list", "--json")).exit).toBe(0);
    signedAt(30_000);
    expect((await work.view(await work.plan([read]))).status).toBe("completed");
  });

  test("the database is from a newer version", async () => {
    await using work = Workspace.make("notes");
    await work.close();
    const db = new DatabaseSync(join(work.folder, "writ.db"));
    db.exec("PRAGMA user_version = 999");
    db.close();
    const said = await work.command("run", "daily brief", "--json");
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit: 2, code: "workspace_newer" });
  });

  test.each([
    ["missing", 2, "key_not_found"],
    ["readable by others", 4, "key_permissions"],
  ])("the key file is %s", async (what, exit, code) => {
    await using work = Workspace.make("notes");
    const before = { digest: work.digest(), size: await work.journalSize() };
    await work.close();
    const folder = work.world.home.data;
    const name = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile());
    if (name === undefined) throw new TypeError("no key");
    const file = join(name.parentPath, name.name);
    if (what === "missing") rmSync(file);
    else chmodSync(file, 0o644);
    const said = await work.command("run", "daily brief", "--json");
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit, code });
    expect({ digest: work.digest(), size: await work.journalSize() }).toEqual(before);
  });

  test.skipIf(isWithoutBubblewrap)("the workspace is read-only", async () => {
    await using work = Workspace.make("notes");
    const before = { digest: work.digest(), size: await work.journalSize() };
    await work.close();
    const said = await program(
      work,
      ["run", "daily brief", "--json"],
      ["/usr/bin/bwrap", "--dev-bind", "/", "/", "--ro-bind", work.root, work.root],
    );
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit: 1, code: "workspace_read_only" });
    expect({ digest: work.digest(), size: await work.journalSize() }).toEqual(before);
  });

  test.skipIf(isWithoutBubblewrap)("the disk is full", async () => {
    await using work = Workspace.make("notes");
    await work.close();
    const disk = join(work.base, "disk");
    mkdirSync(disk);
    const script = `cp -a "$1/." "$2" && cd "$2" && { dd if=/dev/zero of=.filler bs=4096 status=none 2>/dev/null; shift 2; "$@"; code=$?; find . -path ./.orchestrate -prune -o -name '*.md' -newer .filler -print >&2; exit $code; }`;
    const inside = [
      "/usr/bin/bwrap",
      "--dev-bind",
      "/",
      "/",
      "--size",
      "3145728",
      "--tmpfs",
      disk,
      "--",
      "sh",
      "-c",
      script,
      "sh",
      work.root,
      disk,
    ];
    const said = await program(work, ["run", "daily brief", "--json"], inside);
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({
      exit: 1,
      code: like(/disk_full|audit_unavailable/),
    });
    expect(said.err).not.toContain(".md");
  });
});

describe("issue 7.10: deciding", () => {
  test("an id that is unknown, decided, or expired", async () => {
    await using work = Workspace.make("notes");
    expect(await refused(work, "approvals", "approve", "apr_01m7xcc2gr4by110kqzwdq5kbq")).toMatchObject({
      exit: 2,
      codes: ["approval_not_found"],
    });
    const run = await work.plan([note("out.md")]);
    const approval = await work.waiting(run);
    await work.deny(run, "no");
    expect(await refused(work, "approvals", "approve", approval)).toMatchObject({
      exit: 1,
      codes: ["approval_already_decided"],
    });
    await work.close();
    work.configure("approvals: { ttl: 100ms }\n");
    const late = await work.plan([note("other.md")]);
    const [expired] = (await work.view(late)).approvals;
    for (let turn = 0; turn < 100 && (await work.view(late)).status !== "expired"; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await refused(work, "approvals", "approve", expired?.approval_id ?? "")).toMatchObject({
      exit: 1,
      codes: ["approval_expired"],
    });
  });

  test("a part of an id decides nothing", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([note("out.md")]);
    expect(await refused(work, "approvals", "approve", (await work.waiting(run)).slice(0, 20))).toMatchObject({
      exit: 2,
      codes: ["approval_not_found"],
    });
  });

  test("two approvers at once: one decides, the other hears who", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([note("out.md")]);
    const approval = await work.waiting(run);
    const ana = await openDeskAt({ ...work.world, user: { id: "ana", name: "Ana" } }, workspaceAt(work.root));
    try {
      const mira = await work.desk();
      const answers = await Promise.all([
        mira.send({ method: "approve", approval }),
        ana.send({ method: "approve", approval }),
      ]);
      expect(answers.filter(({ isNew }) => isNew === true)).toHaveLength(1);
      const by = new Set(answers.map(({ view }) => (isJsonObject(view) ? view["decided_by"] : null)));
      expect(by.size).toBe(1);
    } finally {
      await ana.close();
    }
    expect((await work.rest(run)).status).toBe("completed");
    expect((await work.facts(run)).filter(({ type }) => type === "approval_granted")).toHaveLength(1);
  });

  test.each(["approve", "deny"])("%s by a descendant of the process that runs the tools", async (verb) => {
    await using work = Workspace.make("notes");
    const run = await work.plan([note("out.md")]);
    const approval = await work.waiting(run);
    const size = await work.journalSize();
    const said = await program(work, [
      "approvals",
      verb,
      approval,
      ...(verb === "deny" ? ["--reason", "x"] : []),
      "--json",
    ]);
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit: 4, code: "approval_agent_forbidden" });
    expect(await work.journalSize()).toBe(size);
    expect((await work.view(run)).status).toBe("awaiting_gate");
  });

  test("demo --approve by a descendant of the process that runs the tools", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([note("out.md")], { door: "demo" });
    await work.waiting(run);
    const size = await work.journalSize();
    const said = await program(work, ["demo", "--approve", "--json"]);
    expect({ exit: said.exit, code: errorOf(said)["code"] }).toEqual({ exit: 4, code: "approval_agent_forbidden" });
    expect(await work.journalSize()).toBe(size);
    expect((await work.view(run)).status).toBe("awaiting_gate");
  });
});
