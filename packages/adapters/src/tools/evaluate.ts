import { durationMs, type OrchestratorError } from "@writ/core";
import { defineTool, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { argv, environment, folder } from "./command-params.ts";
import { printedEnd } from "./command-output.ts";
import { findProgram } from "./find-program.ts";
import { patchStaging, type PatchedStaging } from "./patch-staging.ts";
import { commandPreview, runStaged, type CommandPlace, type StagedCommand } from "./staged-command.ts";
import { openStaging, partsOf } from "./staging.ts";

/** The copy is made within the tool's time; the command gets less. */
const TOOL_TIME_MS = 300_000;
const MAX_TIME_MS = 240_000;
const MAX_TAIL = 16_000;
/** Small enough to be handed on to a model with other things. */
const MAX_SUMMARY = 4_000;

const params = z.strictObject({
  /** Any command; what it exits with decides. */
  argv,
  directory: folder.default("."),
  /** Only this part of the workspace is copied. */
  folder: folder.default("."),
  timeout_ms: z.int().positive().max(MAX_TIME_MS).default(MAX_TIME_MS),
  environment,
  /** A unified diff that is applied to the copy first; the workspace stays as it is. */
  patch: z.string().min(1).max(1_000_000).optional(),
});

const count = z.int().nonnegative();
const output = z.strictObject({
  passed: z.boolean(),
  /** Null when the command never began or was ended at its time limit. */
  exit_code: count.nullable(),
  timed_out: z.boolean(),
  /** Why the command never began: the patch does not fit. */
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  stdout_tail: z.string(),
  stderr_tail: z.string(),
  /** The result in words with the last lines of both, for whoever is to read only one text. */
  output: z.string(),
  dropped: z.strictObject({ stdout: count, stderr: count }),
  duration_ms: count,
  /** What the command ran on. */
  staged: z.strictObject({ files: count, bytes: count, left_out: count, patched: count, shifted: count }),
});

type Tests = z.infer<typeof params>;
type Result = z.infer<typeof output>;

/** Runs tests on a copy of the workspace, without a network, and leaves nothing behind. */
export function runUnitTests(place: CommandPlace): Tool {
  return defineTool({
    name: "eval.run_unit_tests",
    summary:
      "Runs a command on a copy of the workspace, with a patch applied if one is given; its exit code and output are evidence.",
    approvalMode: "read_only",
    timeout: durationMs(TOOL_TIME_MS),
    params,
    output,
    traits: { sandboxed: true },
    freeze: async (tests, call) => {
      const command = toCommand(tests);
      const { path, sha256 } = await findProgram(command.argv[0] ?? "", command.directory, place.path, call.files);
      const title = `Run ${command.argv.join(" ")} on a copy, and keep nothing of it`;
      return {
        preview: commandPreview(title, path, command, place, call, "staging copy"),
        live: { program: { path, sha256 } },
      };
    },
    run: async (tests, call) => await test(tests, place, call),
  });
}

async function test(tests: Tests, place: CommandPlace, call: ToolCall): Promise<Result> {
  await using staging = await openStaging(call.files, place.staging, tests.folder, call.signal);
  const { files, bytes, leftOut } = staging.copied;
  const patched = tests.patch === undefined ? NO_PATCH : await patchStaging(tests.patch, staging.files);
  const staged = { files: files.size, bytes, left_out: leftOut, patched: patched.files, shifted: patched.shifted };
  if (patched.fault !== null) return refused(patched.fault, staged);
  await staging.handOver();
  const result = await runStaged(toCommand(tests), staging, place, call);
  const stdout = printedEnd(result.stdout, result.dropped.stdout, MAX_TAIL);
  const stderr = printedEnd(result.stderr, result.dropped.stderr, MAX_TAIL);
  const passed = result.exitCode === 0;
  const outcome = result.timedOut ? `ended after ${tests.timeout_ms} ms` : `exit ${result.exitCode ?? "none"}`;
  return {
    passed,
    exit_code: result.exitCode,
    timed_out: result.timedOut,
    refusal: null,
    stdout_tail: stdout.text,
    stderr_tail: stderr.text,
    output: summary(`${passed ? "Passed" : "Failed"}: ${tests.argv.join(" ")}, ${outcome}.`, [
      stdout.text,
      stderr.text,
    ]),
    dropped: { stdout: stdout.dropped, stderr: stderr.dropped },
    duration_ms: result.duration,
    staged,
  };
}

const NO_PATCH: PatchedStaging = { fault: null, files: 0, shifted: 0 };

/** A patch that cannot be applied did not pass; that is an answer, and no failure of this tool. */
function refused(fault: OrchestratorError, staged: Result["staged"]): Result {
  const { code, message } = fault;
  return {
    passed: false,
    exit_code: null,
    timed_out: false,
    refusal: { code, message },
    stdout_tail: "",
    stderr_tail: "",
    output: `Failed: the patch cannot be applied (${code}). ${message}`,
    dropped: { stdout: 0, stderr: 0 },
    duration_ms: 0,
    staged,
  };
}

function summary(first: string, streams: readonly string[]): string {
  const shown = streams.filter((text) => text.trim() !== "");
  const room = Math.floor(MAX_SUMMARY / Math.max(1, shown.length));
  return [first, ...shown.map((text) => printedEnd(Buffer.from(text.trimEnd()), 0, room).text)].join("\n\n");
}

function toCommand({
  argv: words,
  directory,
  folder: part,
  environment: asked,
  timeout_ms: timeoutMs,
}: Tests): StagedCommand {
  const place = partsOf(directory === "." ? part : directory).join("/");
  return { argv: words, directory: place || ".", environment: { CI: "true", ...asked }, timeoutMs };
}
