import type { Invocation } from "./argv/invocation.ts";
import type { Terminal } from "./terminal.ts";
import type { World } from "./world.ts";

/** 0 done, 1 ended badly or too late, 2 invalid input, 3 waiting, 4 refused, 5 tampered or diverged, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130;

/** What a command needs: what was typed, where words go, and what the process was given. */
export interface Setting {
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  readonly world: World;
}

export interface CommandModule {
  readonly run: (setting: Setting) => Promise<ExitCode>;
}
