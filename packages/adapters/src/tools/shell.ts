import { setTimeout } from "node:timers/promises";

import { durationMs } from "@writ/core";
import { beforeEffect, defineTool, type Acted, type SandboxResult, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { printedEnd } from "./command-output.ts";
import { argv, environment, folder } from "./command-params.ts";
import { filePath } from "./document-schema.ts";
import { findProgram } from "./find-program.ts";
import { commandPreview, runStaged, type CommandPlace, type StagedCommand } from "./staged-command.ts";
import { openStaging, partsOf, type Staging } from "./staging.ts";
import { baselineOf, writeBack, type WrittenBack } from "./write-back.ts";

/** The copy is made within the tool's time; the command gets less. */
const TOOL_TIME_MS = 300_000;
const MAX_TIME_MS = 240_000;
const MAX_OUTPUT = 64_000;
/** File systems count change times in steps of up to 10 ms; a change must fall into another step than the copy. */
const TICK_MS = 20;

const params = z.strictObject({
  argv,
  directory: folder.default("."),
  timeout_ms: z.int().positive().max(MAX_TIME_MS).default(60_000),
  environment,
});

const count = z.int().nonnegative();
const output = z.strictObject({
  /** Null when the command was ended at its time limit. */
  exit_code: count.nullable(),
  timed_out: z.boolean(),
  stdout: z.string(),
  stderr: z.string(),
  dropped: z.strictObject({ stdout: count, stderr: count }),
  duration_ms: count,
  /** Whether what the command changed was taken over: only when it ended with 0. */
  applied: z.boolean(),
  changes: z.array(z.strictObject({ path: filePath, change: z.enum(["create", "overwrite", "delete"]) })),
  left_out: count,
});

type Command = z.infer<typeof params>;

/**
 * Runs one program, without a network, on a copy of the workspace; when it ends well its changes are taken over.
 *
 * On a copy, because a folder that a program may write to cannot be half closed: it could make a `.git` of its own
 * in it, or put a link where the next tool writes.
 */
export function execShell(place: CommandPlace): Tool {
  return defineTool({
    name: "shell.exec",
    summary:
      "Runs a program in the sandbox on a copy of the workspace, and takes over what it changed when it ends with 0.",
    approvalMode: "destructive",
    timeout: durationMs(TOOL_TIME_MS),
    params,
    output,
    traits: { sandboxed: true, effect: { class: "shell.exec", target: "argv" } },
    freeze: async (asked, call) => {
      const command = toCommand(asked);
      const { path, sha256 } = await findProgram(command.argv[0] ?? "", command.directory, place.path, call.files);
      const title = `Run ${command.argv.join(" ")}, and keep what it changes if it ends well`;
      return {
        preview: commandPreview(title, path, command, place, call, "any file of the workspace"),
        live: { program: { path, sha256 } },
      };
    },
    act: async (asked, call) => await execute(toCommand(asked), place, call),
  });
}

async function execute(
  command: StagedCommand,
  place: CommandPlace,
  call: ToolCall,
): Promise<Acted<z.infer<typeof output>>> {
  await using staging = await beforeEffect(openStaging(call.files, place.staging, ".", call.signal));
  const { baseline, result } = await beforeEffect(runOnCopy(command, staging, place, call));
  const applied = result.exitCode === 0;
  const written = applied ? await writeBack(staging, baseline, call.files) : NOTHING;
  return {
    output: { ...answerOf(result), applied, changes: [...written.changes], left_out: written.leftOut },
    artifacts: written.artifacts,
  };
}

async function runOnCopy(command: StagedCommand, staging: Staging, place: CommandPlace, call: ToolCall) {
  await staging.handOver();
  const baseline = await baselineOf(staging);
  await setTimeout(TICK_MS, undefined, { signal: call.signal });
  return { baseline, result: await runStaged(command, staging, place, call) };
}

const NOTHING: WrittenBack = { changes: [], artifacts: [], leftOut: 0 };

function answerOf(result: SandboxResult) {
  const stdout = printedEnd(result.stdout, result.dropped.stdout, MAX_OUTPUT);
  const stderr = printedEnd(result.stderr, result.dropped.stderr, MAX_OUTPUT);
  return {
    exit_code: result.exitCode,
    timed_out: result.timedOut,
    stdout: stdout.text,
    stderr: stderr.text,
    dropped: { stdout: stdout.dropped, stderr: stderr.dropped },
    duration_ms: result.duration,
  };
}

function toCommand({ argv: words, directory, environment: asked, timeout_ms: timeoutMs }: Command): StagedCommand {
  return { argv: words, directory: partsOf(directory).join("/") || ".", environment: asked, timeoutMs };
}
