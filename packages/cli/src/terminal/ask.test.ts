import { spawn, spawnSync } from "node:child_process";
import { durationMs } from "@writ/core";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import { recordingTerminal, type RecordingTerminal } from "../terminal.ts";
import { askApproval, SETTLE } from "./ask.ts";
import { BRIEF_APPROVAL, SCREEN } from "./gallery-samples.ts";
import type { PromptAnswer } from "./prompt.ts";

interface Asked {
  readonly terminal: RecordingTerminal;
  readonly clock: SteppedClock;
  readonly answer: Promise<PromptAnswer>;
  readonly withdraw: () => void;
  /** Lets the question appear, then types. */
  readonly reply: (keys: string | null) => void;
}

function ask(word: string | null = null): Asked {
  const terminal = recordingTerminal(SCREEN, "keyboard");
  const clock = new SteppedClock();
  const controller = new AbortController();
  const answer = askApproval(terminal, clock, BRIEF_APPROVAL, word, controller.signal);
  return {
    terminal,
    clock,
    answer,
    withdraw: () => controller.abort(),
    reply: (keys) => {
      clock.pass(SETTLE);
      terminal.press(keys);
    },
  };
}

const QUESTION = "  Approve?  y yes  n no  v view all  w why  l later   › ";

describe("a question on a terminal", () => {
  test("stands on stderr, and is answered behind it", async () => {
    const { terminal, reply, answer } = ask();
    reply("y\r");
    expect(await answer).toEqual({ kind: "approved" });
    expect(terminal.written).toEqual({ out: "", err: `${QUESTION}y\n` });
  });

  test("does not appear while the keyboard is busy, and takes nothing typed before it", async () => {
    const { terminal, clock, reply, answer } = ask();
    for (let times = 0; times < 5; times += 1) {
      clock.pass(SETTLE / 2);
      terminal.press("y\r");
    }
    expect(terminal.written.err).toBe("");
    clock.pass(SETTLE);
    expect(terminal.written.err).toBe(QUESTION);
    reply("l\r");
    expect(await answer).toEqual({ kind: "later", because: "chosen" });
  });

  test("appears at last when the keyboard never rests", () => {
    const { terminal, clock } = ask();
    for (let times = 0; times < 40; times += 1) {
      clock.pass(SETTLE / 2);
      terminal.press("y");
    }
    expect(terminal.written.err).toBe(`${QUESTION}${"y".repeat(terminal.written.err.length - QUESTION.length)}`);
  });

  test("keys typed in one breath answer one question only", async () => {
    const { terminal, clock, reply, answer } = ask();
    reply("v\ry\r");
    expect(terminal.written.err).toContain("Line 14 of the brief.");
    terminal.press("y\r");
    clock.pass(SETTLE);
    terminal.press("w\r");
    reply("\r");
    reply("n\r");
    reply("\r");
    reply("not now\r");
    expect(await answer).toEqual({ kind: "denied", reason: "not now" });
    expect(terminal.written.err.split(QUESTION)).toHaveLength(5);
  });

  test("Ctrl-C counts at once, also before the question, and decides nothing", async () => {
    const early = ask();
    early.terminal.press("y\r\u0003");
    expect(await early.answer).toEqual({ kind: "later", because: "interrupted" });
    const late = ask();
    late.reply("y\u0003");
    expect(await late.answer).toEqual({ kind: "later", because: "interrupted" });
  });

  test("end of input and a withdrawal leave the request open", async () => {
    const ended = ask();
    ended.reply(null);
    expect(await ended.answer).toEqual({ kind: "later", because: "end_of_input" });
    const withdrawn = ask();
    withdrawn.reply("y");
    withdrawn.withdraw();
    withdrawn.terminal.press("\r");
    expect(await withdrawn.answer).toEqual({ kind: "later", because: "withdrawn" });
  });

  test("a destructive step asks for its word", async () => {
    const { terminal, reply, answer } = ask("retention.yaml");
    reply("y\r");
    reply("retention.yaml\r");
    expect(await answer).toEqual({ kind: "approved" });
    expect(terminal.written.err).toContain("  This cannot be undone. To approve, type  retention.yaml   › ");
    expect(terminal.written.err).toContain("  Type retention.yaml to approve, n to deny");
  });

  test("without a keyboard nobody is asked", async () => {
    const terminal = recordingTerminal(SCREEN);
    const signal = new AbortController().signal;
    expect(await askApproval(terminal, new SteppedClock(), BRIEF_APPROVAL, null, signal)).toEqual({
      kind: "later",
      because: "end_of_input",
    });
    expect(terminal.written).toEqual({ out: "", err: "" });
  });
});

const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** Shows that it is ready, rests as a busy program would, asks, and tells the answer. */
const PROGRAM = `
import { systemTerminal } from ${here("../terminal.ts")};
import { askApproval } from ${here("ask.ts")};
import { BRIEF_APPROVAL } from ${here("gallery-samples.ts")};
const clock = {
  now: () => Date.now(),
  after: (ms, run) => { const timer = setTimeout(run, ms).unref(); return () => clearTimeout(timer); },
};
const { stdin, stdout, stderr } = process;
const terminal = systemTerminal({ stdin, stdout, stderr, environment: { TERM: "dumb", LANG: "C.UTF-8" } });
stdout.write("READY\\n");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
const answer = await askApproval(terminal, clock, BRIEF_APPROVAL, null, new AbortController().signal);
stdout.write("ANSWER " + JSON.stringify(answer) + "\\n");
`;

/** Runs a program under a real pseudo terminal: waits for a text, sends keys, and so on; prints what the program wrote. */
const DRIVER = `
import json, os, pty, select, sys, time
script, program = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
seen = b""
mark = 0
def read(until):
    global seen
    while time.time() < until:
        ready, _, _ = select.select([fd], [], [], 0.02)
        if ready:
            try: chunk = os.read(fd, 4096)
            except OSError: return False
            if not chunk: return False
            seen += chunk
        else: return True
    return True
for step in script:
    limit = time.time() + 20
    if "wait" in step:
        while step["wait"].encode() not in seen[mark:] and time.time() < limit:
            if not read(time.time() + 0.1): break
        mark = seen.find(step["wait"].encode(), mark) + len(step["wait"])
    if "rest" in step:
        end = time.time() + step["rest"]
        while time.time() < end: read(end)
    if "send" in step: os.write(fd, step["send"].encode())
limit = time.time() + 20
while time.time() < limit and read(time.time() + 0.2): pass
_, status = os.waitpid(pid, 0)
sys.stdout.write(seen.decode("utf8", "replace"))
`;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

function underTerminal(script: readonly object[]): Promise<string> {
  const program = [process.execPath, "--no-warnings", "--input-type=module", "-e", PROGRAM];
  const child = spawn("python3", ["-c", DRIVER, JSON.stringify(script), ...program]);
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    child.on("error", reject).on("close", () => resolve(text));
  });
}

describe.runIf(hasPython)("on a real terminal", { timeout: 60_000 }, () => {
  test.concurrent("a y typed before the question is thrown away, one typed behind it approves", async () => {
    const text = await underTerminal([
      { wait: "READY" },
      { send: "y\r" },
      { wait: "Approve?" },
      { rest: 0.3 },
      { send: "\r" },
      { wait: "Approve?" },
      { send: "y\r" },
    ]);
    expect(text.match(/Approve\?/g)).toHaveLength(2);
    expect(text).toContain('ANSWER {"kind":"approved"}');
  });

  test.concurrent("half a line typed before the question is thrown away too", async () => {
    const text = await underTerminal([
      { wait: "READY" },
      { send: "y" },
      { wait: "Approve?" },
      { send: "\r" },
      { wait: "Approve?" },
      { send: "l\r" },
    ]);
    expect(text).toContain('ANSWER {"kind":"later","because":"chosen"}');
  });

  test.concurrent("Ctrl-C and end of input decide nothing", async () => {
    const [interrupted, ended] = await Promise.all([
      underTerminal([{ wait: "Approve?" }, { send: "y\u0003" }]),
      underTerminal([{ wait: "Approve?" }, { send: "\u0004" }]),
    ]);
    expect(interrupted).toContain('ANSWER {"kind":"later","because":"interrupted"}');
    expect(ended).toContain('ANSWER {"kind":"later","because":"end_of_input"}');
  });

  test.concurrent("a pasted escape sequence is not drawn", async () => {
    const text = await underTerminal([
      { wait: "Approve?" },
      { send: "\u001B[31mn\r" },
      { wait: "Why not?" },
      { send: "red\u001B]0;x\u0007\r" },
    ]);
    expect(text).not.toContain("\u001B");
    expect(text).toMatch(/ANSWER \{"kind":"denied","reason":"red"/);
  });
});

test("the settling time is short enough not to be felt", () => {
  expect(SETTLE).toBeLessThanOrEqual(durationMs(100));
});
