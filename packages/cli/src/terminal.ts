import type { Readable, Writable } from "node:stream";

import { encodeAll } from "./terminal/style.ts";
import { plainScreen, screenFor, type Screen } from "./terminal/screen.ts";
import type { Line } from "./terminal/span.ts";

/**
 * Where a command's words go: results to stdout, errors and prompts to stderr.
 * Tests read it back with `recordingTerminal`.
 */
export interface Terminal {
  /** What stdout is like at this moment. */
  readonly screen: () => Screen;
  /** What stderr is like at this moment. */
  readonly errorScreen: () => Screen;
  /** Whether rows that are already on stdout may be drawn anew. */
  readonly canRedraw: boolean;
  /** Null where nobody can be asked. */
  readonly keyboard: Keyboard | null;
  out(lines: readonly Line[]): void;
  err(lines: readonly Line[]): void;
  /** One JSON document in one line. */
  json(value: unknown): void;
  /** Bytes that are styled already: frames of a live list, and the echo of a prompt. */
  raw(stream: "out" | "err", text: string): void;
  /** Resolves once everything written has left the process. */
  flushed(): Promise<void>;
}

/** Hears what is typed, one chunk at a time; `null` is the end of input. */
export type Ear = (keys: string | null) => void;

/**
 * Keys from a terminal in raw mode: nothing is echoed, and Ctrl-C is a key like
 * any other. Both ways of hearing return the way back to a terminal that edits
 * lines by itself; one ear at a time.
 */
export interface Keyboard {
  /** Keeps the process alive until the way back is taken. */
  listen(hear: Ear): () => void;
  /** Listens as long as something else keeps the process alive. */
  overhear(hear: Ear): () => void;
}

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** Standard streams, as a process has them: each is opened when it is first asked for, and that takes a moment. */
export interface Streams {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    setRawMode?(on: boolean): unknown;
    ref?(): unknown;
    unref?(): unknown;
  };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function systemTerminal(streams: Streams): Terminal {
  const stdout = once(() => streams.stdout.on("error", ignoreClosedPipe));
  const stderr = once(() => streams.stderr.on("error", ignoreClosedPipe));
  const look = (stream: OutputStream): Screen => {
    const { environment } = streams;
    return screenFor({ isTerminal: stream.isTTY === true, columns: stream.columns, rows: stream.rows, environment });
  };
  const screen = (): Screen => look(stdout());
  const errorScreen = (): Screen => look(stderr());
  const keyboard = once(() =>
    streams.stdin.isTTY === true && stderr().isTTY === true ? keyboardOf(streams.stdin) : null,
  );
  return {
    screen,
    errorScreen,
    canRedraw: screen().form === "block",
    get keyboard() {
      return keyboard();
    },
    out: (lines) => void stdout().write(encodeAll(screen(), lines)),
    err: (lines) => void stderr().write(encodeAll(errorScreen(), lines)),
    json: (value) => void stdout().write(`${visibleJson(value)}\n`),
    raw: (stream, text) => void (stream === "out" ? stdout() : stderr()).write(text),
    flushed: async () => {
      await Promise.all([drained(stdout()), drained(stderr())]);
    },
  };
}

/** The same answer each time, found when it is first wanted. */
function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => (found ??= { value: find() }).value;
}

/** The same terminal as `--plain` asks for it: no colour, no redraw, a line a fact. People can still be asked. */
export function plainTerminal(terminal: Terminal): Terminal {
  const screen = (): Screen => plainScreen(terminal.screen());
  const errorScreen = (): Screen => plainScreen(terminal.errorScreen());
  return {
    ...terminal,
    screen,
    errorScreen,
    canRedraw: false,
    get keyboard() {
      return terminal.keyboard;
    },
    out: (lines) => terminal.raw("out", encodeAll(screen(), lines)),
    err: (lines) => terminal.raw("err", encodeAll(errorScreen(), lines)),
  };
}

/** A terminal that keeps what was written, and a keyboard that is played. */
export interface RecordingTerminal extends Terminal {
  readonly written: { out: string; err: string };
  /** Types keys while somebody listens; unheard ones are lost, as those typed before a prompt are. */
  press(keys: string | null): void;
}

export function recordingTerminal(screen: Screen, keys: "keyboard" | "no_keyboard" = "no_keyboard"): RecordingTerminal {
  const written = { out: "", err: "" };
  let ear: Ear | null = null;
  const listen = (hear: Ear): (() => void) => {
    ear = hear;
    return () => {
      ear = null;
    };
  };
  return {
    written,
    screen: () => screen,
    errorScreen: () => screen,
    canRedraw: screen.form === "block",
    keyboard: keys === "keyboard" ? { listen, overhear: listen } : null,
    out: (lines) => void (written.out += encodeAll(screen, lines)),
    err: (lines) => void (written.err += encodeAll(screen, lines)),
    json: (value) => void (written.out += `${visibleJson(value)}\n`),
    raw: (stream, text) => void (written[stream] += text),
    flushed: () => Promise.resolve(),
    press: (typed) => ear?.(typed),
  };
}

/** JSON in which every character that a terminal would act on is written as an escape: the same value, safe to look at. */
export function visibleJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (character) =>
      Array.from({ length: character.length }, (_, unit) => unitEscape(character.charCodeAt(unit))).join(""),
  );
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

function keyboardOf(stdin: Streams["stdin"]): Keyboard {
  const start = (hear: Ear): (() => void) => {
    const onData = (chunk: Buffer | string): void => hear(typeof chunk === "string" ? chunk : chunk.toString("utf8"));
    const onEnd = (): void => hear(null);
    stdin.setEncoding("utf8");
    stdin.setRawMode?.(true);
    stdin.on("data", onData).once("end", onEnd).resume();
    return () => {
      stdin.off("data", onData).off("end", onEnd).pause();
      stdin.setRawMode?.(false);
    };
  };
  return {
    listen: (hear) => {
      stdin.ref?.();
      return start(hear);
    },
    overhear: (hear) => {
      const stop = start(hear);
      stdin.unref?.();
      return stop;
    },
  };
}

/** `writ list | head` closes the pipe when it has seen enough; that is no failure. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}
