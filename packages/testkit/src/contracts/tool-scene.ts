import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { JsonObject } from "@writ/core";
import type { Tool, ToolCall } from "@writ/runtime";

import { toolBench, type ToolBench } from "../build/tool-bench.ts";

/** A call that succeeds in a workspace with these files. */
export interface ToolCase {
  readonly name: string;
  readonly args: JsonObject;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the call is given beside the bench's own, such as a sandbox or a model. */
  readonly over?: Partial<ToolCall>;
}

/** Makes the tool for a bench: some keep files in its `own` folder. */
export type MakeTool = (bench: ToolBench) => Tool;

/** Finds a tool that takes back what another did. */
export type FindTool = (name: string) => Tool | undefined;

export interface ToolScene extends AsyncDisposable {
  readonly tool: Tool;
  readonly args: JsonObject;
  /** The tool that a way back names; undefined when the contract was not given it. */
  way(name: string): Tool | undefined;
  /** A call with one key for the whole scene. */
  call(over?: Partial<ToolCall>): ToolCall;
  /** Every file, link and folder of the workspace with content and mode; the tool's own folder is left out. */
  snapshot(): Promise<string>;
}

export async function openScene(
  make: MakeTool,
  { args, files = {}, over = {} }: ToolCase,
  tools: FindTool = () => undefined,
): Promise<ToolScene> {
  const bench = await toolBench(null);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(bench.root, path)), { recursive: true });
    await writeFile(join(bench.root, path), content);
  }
  const tool = make(bench);
  return {
    tool,
    args,
    way: (name) => (name === tool.spec.name ? tool : tools(name)),
    call: (more = {}) => bench.call({ idempotencyKey: "ik_contract", ...over, ...more }),
    snapshot: async () => (await linesOf(bench.root, "")).join("\n"),
    [Symbol.asyncDispose]: async () => await bench[Symbol.asyncDispose](),
  };
}

async function linesOf(root: string, folder: string): Promise<readonly string[]> {
  const names = (await readdir(join(root, folder))).filter((name) => name !== ".orchestrate").sort();
  const lines: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const stats = await lstat(join(root, path));
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isDirectory()) lines.push(`${path}/`, ...(await linesOf(root, path)));
    else if (stats.isSymbolicLink()) lines.push(`${path} -> ${await readlink(join(root, path))}`);
    else
      lines.push(
        `${path} ${mode} ${createHash("sha256")
          .update(await readFile(join(root, path)))
          .digest("hex")}`,
      );
  }
  return lines;
}
