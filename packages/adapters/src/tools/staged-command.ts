import { availableParallelism } from "node:os";
import { posix } from "node:path";

import { durationMs, type CommandPreview, type JsonObject } from "@writ/core";
import { ToolFailure, type SandboxCommand, type SandboxLimits, type SandboxResult, type ToolCall } from "@writ/runtime";

import { environmentOf } from "./command-params.ts";
import { STAGED_ROOT, type Staging } from "./staging.ts";

/** Where commands run, as the composition root knows it. */
export interface CommandPlace {
  /** Folder for copies of the workspace; see `openStaging`. */
  readonly staging: string;
  /** Folders in which programs are looked for before those of the system; the sandbox must show them. */
  readonly path: readonly string[];
}

/** A command as a tool's parameters give it. */
export interface StagedCommand {
  readonly argv: readonly string[];
  /** Relative to the workspace. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const GIBIBYTE = 2 ** 30;

export function limitsOf({ timeoutMs }: StagedCommand): SandboxLimits {
  return {
    wallClock: durationMs(timeoutMs),
    cpuSeconds: Math.ceil(timeoutMs / 1_000) * availableParallelism(),
    memoryBytes: 4 * GIBIBYTE,
    processes: 1_024,
    fileBytes: GIBIBYTE,
    outputBytes: 1_048_576,
  };
}

/**
 * Runs the command in the copy, which must have been handed over.
 *
 * @throws the reason of the call's signal when it is given up; OrchestratorError `sandbox_unavailable`
 */
export async function runStaged(
  command: StagedCommand,
  staging: Staging,
  place: CommandPlace,
  call: ToolCall,
): Promise<SandboxResult> {
  const result = await call.sandbox.run(toSandboxCommand(command, staging, place), call.signal);
  call.signal.throwIfAborted();
  if (result.exitCode === null && !result.timedOut)
    throw new ToolFailure("unknown", `the command was ended by ${result.signal ?? "somebody"}`);
  return result;
}

function toSandboxCommand(command: StagedCommand, { mounts }: Staging, { path }: CommandPlace): SandboxCommand {
  return {
    argv: command.argv,
    directory: posix.join(STAGED_ROOT, command.directory),
    mounts,
    environment: environmentOf(command.environment, path),
    stdin: null,
    limits: limitsOf(command),
  };
}

/** What a person is shown of it; values of the environment are withheld. */
export function commandPreview(
  title: string,
  program: string,
  command: StagedCommand,
  place: CommandPlace,
  call: ToolCall,
  writes: string,
): CommandPreview {
  const { wallClock, cpuSeconds, memoryBytes, processes, fileBytes, outputBytes } = limitsOf(command);
  return {
    kind: "command",
    title,
    argv: command.argv,
    program,
    directory: posix.join(STAGED_ROOT, command.directory),
    sandbox: textOf(call.sandbox.profile, "backend"),
    network: textOf(call.sandbox.profile, "network"),
    environment: Object.keys(environmentOf(command.environment, place.path)).sort(),
    limits: {
      wall_clock_ms: wallClock,
      cpu_seconds: cpuSeconds,
      memory_bytes: memoryBytes,
      processes,
      file_bytes: fileBytes,
      output_bytes: outputBytes,
    },
    writes,
  };
}

function textOf(profile: JsonObject, name: string): string {
  const value = profile[name];
  return typeof value === "string" ? value : "none";
}
