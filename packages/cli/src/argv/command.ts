/** Rows of the first help page, in its order. */
export const GROUPS = ["Start", "Do", "Decide", "Prove", "Shape", "Serve"] as const;

export type Group = (typeof GROUPS)[number];

/**
 * A command as data: help, completion and parsing all come from it. `M` is the
 * module that does the work; it is loaded when the command runs and not before.
 */
export interface Command<M> {
  /** One word, or two: `approvals approve`. */
  readonly name: string;
  /** Null for a command the first help page does not show. */
  readonly group: Group | null;
  /** A sentence without a subject: `Decide what waits for you.` */
  readonly summary: string;
  /** `writ approvals approve <id>`. */
  readonly usage: string;
  readonly examples: readonly Example[];
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /**
   * Whether a server can be asked in the place of a workspace: `asked`. A command that asks neither is `needless`; left
   * out where a command works on the workspace itself.
   */
  readonly server?: "asked" | "needless";
  readonly run: () => Promise<M>;
}

export interface Example {
  readonly command: string;
  /** Null where the command says it itself. */
  readonly purpose: string | null;
}

export interface Argument {
  /** `run`, shown as `<run>`. */
  readonly name: string;
  /** `repeated` takes what is left, perhaps nothing, and stands last. */
  readonly presence: "required" | "optional" | "repeated";
  readonly summary: string;
  readonly completes: "files" | "nothing";
}

export interface Option {
  /** `--on-approval`. */
  readonly flag: `--${string}`;
  /** Name of its value, such as `TEXT`; null for a switch. */
  readonly value: string | null;
  readonly occurs: "once" | "often";
  /** The only values there are; null for any. */
  readonly choices: readonly string[] | null;
  readonly summary: string;
  readonly completes: "files" | "nothing";
}

/** A switch. */
export function flag(name: `--${string}`, summary: string): Option {
  return { flag: name, value: null, occurs: "once", choices: null, summary, completes: "nothing" };
}

/** Options every command takes. */
export const GLOBAL_OPTIONS = [
  flag("--json", "one JSON document on stdout, and no question"),
  {
    flag: "--workspace",
    value: "DIR",
    occurs: "once",
    choices: null,
    summary: "the workspace, instead of the nearest above this folder",
    completes: "files",
  },
  {
    flag: "--server",
    value: "URL",
    occurs: "once",
    choices: null,
    summary: "a writ serve to ask instead of a workspace here; WRIT_SERVER when left out",
    completes: "nothing",
  },
  {
    flag: "--token-file",
    value: "FILE",
    occurs: "once",
    choices: null,
    summary: "what the server knows you by, in a file of yours alone; WRIT_TOKEN when left out",
    completes: "files",
  },
  flag("--plain", "no colour, no redraw, one line a fact"),
  flag("--help", "what this command does, with an example"),
] as const satisfies readonly Option[];
