import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import { recordingTerminal } from "../terminal.ts";
import { SCREEN } from "../terminal/gallery-samples.ts";
import { readCommandLine } from "./command-line.ts";
import { flag, type Argument, type Command, type Group, type Option } from "./command.ts";
import { completionScript, SHELLS } from "./completion.ts";
import { argumentOf, argumentsOf, hasOption, optionOf, optionsOf, type Invocation } from "./invocation.ts";

const argument = (
  name: string,
  presence: Argument["presence"],
  completes: Argument["completes"] = "nothing",
): Argument => ({
  name,
  presence,
  summary: `the ${name}`,
  completes,
});

const option = (name: `--${string}`, value: string, more: Partial<Option> = {}): Option => ({
  flag: name,
  value,
  occurs: "once",
  choices: null,
  summary: `sets ${name.slice(2)}`,
  completes: "nothing",
  ...more,
});

const command = (name: string, group: Group | null, more: Partial<Command<string>> = {}): Command<string> => ({
  name,
  group,
  summary: `Does what ${name} says, and no more: it's a test.`,
  usage: `writ ${name}`,
  examples: [{ command: `writ ${name}`, purpose: "the plain case" }],
  arguments: [],
  options: [],
  run: () => Promise.resolve(name),
  ...more,
});

const all = (group: Group, ...names: string[]): Command<string>[] => names.map((name) => command(name, group));

const TABLE: readonly Command<string>[] = [
  ...all("Start", "init", "demo", "doctor"),
  ...all("Do", "plan"),
  command("run", "Do", {
    arguments: [argument("what", "required", "files")],
    options: [
      option("--input", "K=V", { occurs: "often" }),
      option("--on-approval", "WHEN", { choices: ["ask", "wait", "exit"] }),
      option("--context", "FILE", { occurs: "often", completes: "files" }),
      flag("--dry-run", "compiles and verifies, runs nothing"),
    ],
  }),
  ...all("Do", "list"),
  command("show", "Do", { arguments: [argument("run", "required")], options: [flag("--follow", "goes on looking")] }),
  ...all("Do", "watch", "report"),
  command("approvals", "Decide"),
  command("approvals show", null, { arguments: [argument("id", "required")] }),
  command("approvals approve", null, { arguments: [argument("id", "required")], usage: "writ approvals approve <id>" }),
  command("approvals deny", null, { arguments: [argument("id", "required")], options: [option("--reason", "TEXT")] }),
  ...all("Decide", "pause", "resume", "cancel", "extend", "resolve"),
  ...all("Prove", "replay", "audit", "verify-bundle", "export"),
  ...all("Shape", "tools", "policy", "lint", "explain", "models"),
  ...all("Serve", "serve", "mcp", "worker", "monitor", "tune", "chat"),
  command("key show", null),
  command("key rotate", null),
  command("mcp add", null, { arguments: [argument("name", "required"), argument("command", "repeated")] }),
];

async function read(...argv: string[]) {
  const terminal = recordingTerminal(SCREEN);
  const line = await readCommandLine(argv, TABLE, "0.1.0", terminal);
  return { line, ...terminal.written };
}

async function understood(...argv: string[]): Promise<Invocation> {
  const { line, err } = await read(...argv);
  if (line.kind !== "run") throw new Error(`not understood: ${err}`);
  expect(err).toBe("");
  return line.invocation;
}

describe("help", () => {
  test("the first page is the design's text", async () => {
    const design = readFileSync(new URL("../terminal/fixtures/first_page.txt", import.meta.url), "utf8");
    for (const argv of [["--help"], ["-h"], [], ["help"], ["--json", "--help"]]) {
      expect(await read(...argv)).toEqual({ line: { kind: "answered", exit: 0 }, out: design, err: "" });
    }
  });

  test("the version is one line", async () => {
    expect(await read("--version")).toMatchObject({ out: "writ 0.1.0\n", err: "" });
  });

  test("a command describes itself, with an example", async () => {
    const { out } = await read("run", "--help");
    expect(out).toMatchSnapshot();
    expect((await read("help", "run")).out).toBe(out);
    expect((await read("--help", "run")).out).toBe(out);
    expect((await read("run", "x", "--input", "a=b", "-h")).out).toBe(out);
  });

  test("a family lists its commands", async () => {
    expect((await read("approvals", "--help")).out).toMatchSnapshot("with a command of its own");
    expect((await read("key", "--help")).out).toMatchSnapshot("without one");
  });

  test("--help behind -- is no wish for help", async () => {
    expect(argumentOf(await understood("run", "--", "--help"), "what")).toBe("--help");
  });
});

describe("a command line", () => {
  test("gives arguments and options by name", async () => {
    const run = await understood(
      "run",
      "a goal",
      "--input",
      "a=1",
      "--input=b=2",
      "--dry-run",
      "--on-approval",
      "wait",
    );
    expect(run.command).toBe("run");
    expect(argumentOf(run, "what")).toBe("a goal");
    expect(optionsOf(run, "--input")).toEqual(["a=1", "b=2"]);
    expect(hasOption(run, "--dry-run")).toBe(true);
    expect(optionOf(run, "--on-approval")).toBe("wait");
    expect(optionOf(run, "--context")).toBeUndefined();
    expect(hasOption(run, "--context")).toBe(false);
    expect(run).toMatchObject({ json: false, plain: false, workspace: null });
  });

  test("takes global options before and behind the command", async () => {
    for (const argv of [
      ["--json", "--plain", "--workspace", "/x", "show", "b02e"],
      ["show", "b02e", "--workspace=/x", "--plain", "--json"],
      ["--workspace=/x", "show", "--json", "b02e", "--plain"],
    ]) {
      expect(await understood(...argv)).toMatchObject({ command: "show", json: true, plain: true, workspace: "/x" });
    }
  });

  test("finds commands of two words, and those of one beside them", async () => {
    expect((await understood("approvals")).command).toBe("approvals");
    expect((await understood("approvals", "approve", "apr_1")).command).toBe("approvals approve");
    expect(optionOf(await understood("approvals", "deny", "apr_1", "--reason", "wrong host"), "--reason")).toBe(
      "wrong host",
    );
  });

  test("hands on everything behind --", async () => {
    const add = await understood("mcp", "add", "files", "--", "npx", "server", "--json", "-x");
    expect(argumentsOf(add, "command")).toEqual(["npx", "server", "--json", "-x"]);
    expect(add.json).toBe(false);
  });
});

describe("what cannot be understood is one sentence on stderr and exit 2", () => {
  test.each([
    [["aprovals"], 'writ: "aprovals" is no command; did you mean: writ approvals\n[unknown_command]\n'],
    [["xyzzy"], 'writ: "xyzzy" is no command; see them all with: writ --help  [unknown_command]\n'],
    [
      ["approvals", "aprove", "x"],
      'writ: "approvals aprove" is no command; did you mean: writ approvals approve\n[unknown_command]\n',
    ],
    [["key"], "writ: key needs one of show, rotate; see: writ key --help  [usage]\n"],
    [
      ["show", "x", "--folow"],
      "writ: --folow is no option of writ show; did you mean --follow, or see them\nwith: writ show --help  [unknown_option]\n",
    ],
    [
      ["--jsn", "list"],
      "writ: --jsn is no option of writ; did you mean --json, or see them with:\nwrit --help  [unknown_option]\n",
    ],
    [["show"], "writ: show needs <run>; see: writ show --help  [usage]\n"],
    [
      ["run", "Find", "docs"],
      'writ: "docs" is more than run takes; put what belongs together in quotes, or\nsee: writ run --help  [usage]\n',
    ],
    [
      ["approvals", "deny", "x", "--reason"],
      "writ: --reason of approvals deny needs a value, TEXT; see:\nwrit approvals deny --help  [usage]\n",
    ],
    [["run", "x", "--dry-run=yes"], "writ: --dry-run of run takes no value; see: writ run --help  [usage]\n"],
    [
      ["run", "x", "--on-approval", "aks"],
      'writ: --on-approval is "aks", which is none of ask, wait, exit; did you mean\nask; see: writ run --help  [usage]\n',
    ],
    [
      ["list", "--workspace", "a", "--workspace", "b"],
      "writ: --workspace of list is given twice; see: writ list --help  [usage]\n",
    ],
    [["x\u001B[2J"], 'writ: "x[U+001B][2J" is no command; see them all with: writ --help\n[unknown_command]\n'],
  ])("%j", async (argv, sentence) => {
    expect(await read(...argv)).toEqual({ line: { kind: "answered", exit: 2 }, out: "", err: sentence });
  });
});

describe("completion", () => {
  const dir = mkdtempSync(join(tmpdir(), "writ-completion-"));

  test.each(SHELLS)("of %s", (shell) => {
    expect(completionScript(shell, TABLE)).toMatchSnapshot();
  });

  test.each(SHELLS)("%s reads its script, where it is installed", (shell) => {
    if (spawnSync(shell, ["--version"]).error !== undefined) return;
    const file = join(dir, `writ.${shell}`);
    writeFileSync(file, completionScript(shell, TABLE));
    expect(spawnSync(shell, ["-n", file], { encoding: "utf8" }).stderr).toBe("");
  });

  test.each([
    [["wa"], ["watch"]],
    [
      ["approvals", ""],
      ["show", "approve", "deny"],
    ],
    [["approvals", "de"], ["deny"]],
    [
      ["run", "--"],
      [
        "--input",
        "--on-approval",
        "--context",
        "--dry-run",
        "--json",
        "--workspace",
        "--server",
        "--token-file",
        "--plain",
        "--help",
      ],
    ],
    [["run", "--on-approval", "w"], ["wait"]],
    [["--workspace", "show", "approvals", "a"], ["approve"]],
    [["approvals", "deny", "x", "--r"], ["--reason"]],
    [["approvals", "deny", "--reason", ""], []],
    [["show", "x", ""], []],
    [
      ["run", "note"],
      ["notes.md", "notes of ana.md"],
    ],
  ])("bash completes %j", (words, expected) => {
    writeFileSync(join(dir, "notes.md"), "");
    writeFileSync(join(dir, "notes of ana.md"), "");
    writeFileSync(join(dir, "writ.bash"), completionScript("bash", TABLE));
    const script = `
      cd "$1"; source writ.bash; shift
      COMP_WORDS=(writ "$@"); COMP_CWORD=$#; _writ
      for reply in "\${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", dir, ...words], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.split("\n").filter(Boolean).toSorted()).toEqual(expected.toSorted());
  });

  afterAll(() => rmSync(dir, { recursive: true }));
});
