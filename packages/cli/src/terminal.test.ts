import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { plainTerminal, recordingTerminal, systemTerminal, visibleJson } from "./terminal.ts";
import { SCREEN } from "./terminal/gallery-samples.ts";
import { say } from "./terminal/span.ts";
import { onStopKey } from "./terminal/stop-key.ts";

function streams(look: { readonly isTTY?: boolean }, environment: Record<string, string> = {}) {
  const stdin = Object.assign(new PassThrough(), look);
  const stdout = Object.assign(new PassThrough(), look, { columns: 120, rows: 40 });
  const stderr = Object.assign(new PassThrough(), look);
  return { stdin, stdout, stderr, environment: { LANG: "C.UTF-8", ...environment } };
}

describe("the system's terminal", () => {
  test("keeps results, errors and styling apart", () => {
    const pipes = streams({ isTTY: true }, { TERM: "xterm" });
    const terminal = systemTerminal(pipes);
    terminal.out([say(terminal.screen(), "ok", "done")]);
    terminal.err([say(terminal.errorScreen(), "bad", "broken")]);
    expect(String(pipes.stdout.read())).toBe("\u001B[32mdone\u001B[0m\n");
    expect(String(pipes.stderr.read())).toBe("\u001B[31mbroken\u001B[0m\n");
    expect(terminal.screen()).toMatchObject({ columns: 80, rows: 40, form: "block" });
    expect(terminal.keyboard).not.toBeNull();
    expect(terminal.canRedraw).toBe(true);
  });

  test("asks nobody and redraws nothing without a terminal", () => {
    const pipes = streams({});
    const terminal = systemTerminal(pipes);
    terminal.out([say(terminal.screen(), "ok", "done")]);
    expect(String(pipes.stdout.read())).toBe("done\n");
    expect(terminal).toMatchObject({ keyboard: null, canRedraw: false });
  });

  test("a reader that closes the pipe early is no failure, another error is one", async () => {
    const pipes = streams({});
    const terminal = systemTerminal(pipes);
    pipes.stdout.emit("error", Object.assign(new Error("closed"), { code: "EPIPE" }));
    expect(() => pipes.stdout.emit("error", Object.assign(new Error("full"), { code: "ENOSPC" }))).toThrow("full");
    await terminal.flushed();
  });

  test("--plain takes colour and redraw away, and leaves the keyboard", () => {
    const pipes = streams({ isTTY: true }, { TERM: "xterm" });
    const terminal = plainTerminal(systemTerminal(pipes));
    terminal.out([say(terminal.screen(), "ok", "done")]);
    terminal.err([say(terminal.errorScreen(), "bad", "broken")]);
    expect(String(pipes.stdout.read())).toBe("done\n");
    expect(String(pipes.stderr.read())).toBe("broken\n");
    expect(terminal).toMatchObject({ canRedraw: false });
    expect(terminal.screen().form).toBe("lines");
    expect(terminal.keyboard).not.toBeNull();
  });

  test("a keyboard is heard until it is let go", () => {
    const pipes = streams({ isTTY: true });
    const { keyboard } = systemTerminal(pipes);
    const heard: (string | null)[] = [];
    const release = keyboard?.listen((keys) => heard.push(keys));
    pipes.stdin.emit("data", "a");
    release?.();
    pipes.stdin.emit("data", "b");
    expect(heard).toEqual(["a"]);
  });
});

describe("JSON for a terminal", () => {
  test("is one line, and nothing in it moves the cursor or hides", () => {
    const terminal = recordingTerminal(SCREEN);
    terminal.json({ text: "a\u009B31m\u202Eb\u200B\u{E0001}\n" });
    expect(terminal.written.out).toBe('{"text":"a\\u009b31m\\u202eb\\u200b\\udb40\\udc01\\n"}\n');
  });

  test("is the same value", () => {
    let escaped = 0;
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\u202E", "\u007F", "\u2028", "\uFEFF"));
    fc.assert(
      fc.property(fc.dictionary(text, fc.array(text)), (value) => {
        const json = visibleJson(value);
        if (json !== JSON.stringify(value)) escaped += 1;
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E\u2028]/);
      }),
      { numRuns: 1_000 },
    );
    expect(escaped).toBeGreaterThan(200);
  });
});

test.each(["q", "\u0003", null])("%j stops looking, once", (key) => {
  const terminal = recordingTerminal(SCREEN, "keyboard");
  let stopped = 0;
  const release = onStopKey(
    terminal.keyboard ?? { listen: () => () => undefined, overhear: () => () => undefined },
    () => {
      stopped += 1;
    },
  );
  terminal.press("x");
  expect(stopped).toBe(0);
  terminal.press(key);
  terminal.press(key);
  expect(stopped).toBe(1);
  release();
});
