import type { DurationMs, JsonObject } from "@writ/core";

/**
 * Where a process that is not ours lives.
 *
 * An adapter is correct when it passes `sandboxContract` from the testkit.
 */
export interface Sandbox {
  /** The document that approvals bind: backend and what it confines (`type` is `writ/sandbox/v1`). */
  readonly profile: JsonObject;

  /** Runs the canary: a planted secret, a write outside, a loopback listener and the environment must all be out of reach. */
  probe(): Promise<SandboxReport>;

  /**
   * Runs one program to its end or to a limit; kills its whole tree after that.
   *
   * @throws OrchestratorError `sandbox_unavailable`
   */
  run(command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult>;
}

export interface SandboxReport {
  readonly usable: boolean;
  readonly backend: string;
  readonly version: string;
  readonly duration: DurationMs;
  /** What the canary reached although it must not; empty when usable. */
  readonly leaks: readonly string[];
  /** How to make it usable. */
  readonly remedy: string | null;
}

export interface SandboxCommand {
  /** Never a shell line: one argument an element. */
  readonly argv: readonly string[];
  /** Working directory, as the program sees it. */
  readonly directory: string;
  readonly mounts: readonly Mount[];
  /** The whole environment, but for `PWD`; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array | null;
  readonly limits: SandboxLimits;
}

export interface Mount {
  readonly host: string;
  readonly inside: string;
  readonly access: "read" | "write";
}

export interface SandboxLimits {
  readonly wallClock: DurationMs;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly fileBytes: number;
  /** For stdout and stderr each; what is over is cut and counted. */
  readonly outputBytes: number;
}

export interface SandboxResult {
  /** 128 and its number where the program died of a signal, as a shell tells it; null when it was ended from outside. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Bytes that were cut at the beginning; the end is kept. */
  readonly dropped: { readonly stdout: number; readonly stderr: number };
  readonly timedOut: boolean;
  readonly duration: DurationMs;
}
