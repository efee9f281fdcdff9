import type { JsonObject } from "../base/json.ts";
import { parsePointer, valueAt } from "../plan/pointer.ts";
import type { ToolSpec } from "../tool/tool-spec.ts";

const HEADER = /^(?:(?:---|\+\+\+) (?:[ab]\/)?|(?:rename|copy) (?:from|to) )([^\t\r\n]+)/gm;
const EXECUTABLE = /^(?:new|new file) mode 100755$/m;

/** The files a call would write, as far as its declaration and arguments say. */
export function writtenPaths(spec: ToolSpec, args: JsonObject): readonly string[] {
  return spec.traits.writes.flatMap(({ at, as }) => {
    const value = valueAt(args, parsePointer(at) ?? []);
    if (typeof value !== "string") return [];
    return as === "path" ? [value] : patchPaths(value);
  });
}

function patchPaths(patch: string): readonly string[] {
  const paths = new Set<string>();
  for (const [, path] of patch.matchAll(HEADER)) {
    if (path !== undefined && path !== "/dev/null") paths.add(path);
  }
  return [...paths];
}

/** Whether a call would leave behind a file that can be started. */
export function makesExecutable(spec: ToolSpec, args: JsonObject): boolean {
  return spec.traits.writes.some(({ at, as }) => {
    const value = valueAt(args, parsePointer(at) ?? []);
    return as === "patch" && typeof value === "string" && EXECUTABLE.test(value);
  });
}
