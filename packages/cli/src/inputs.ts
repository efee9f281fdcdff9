import type { RunDesk } from "@writ/runtime";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestratorError, type Json, parseJson } from "@writ/core";

/**
 * `--input name=value`; a value that names a text file is read where a template
 * takes one under that name, or where it is written as `name=@file`.
 *
 * @throws OrchestratorError `input_malformed`
 */
export function readInputs(desk: RunDesk, cwd: string, given: readonly string[]): Record<string, Json> {
  const inputs: Record<string, Json> = {};
  for (const pair of given) {
    const at = pair.indexOf("=");
    if (at <= 0) throw new OrchestratorError("input_malformed", `--input takes name=value, not "${pair}"`);
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    inputs[name] = value.startsWith("@")
      ? fileText(cwd, value.slice(1), name)
      : desk.isFileInput(name)
        ? fileText(cwd, value, name)
        : typed(value);
  }
  return inputs;
}

function fileText(cwd: string, path: string, name: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new OrchestratorError("input_malformed", `--input ${name}: ${path} cannot be read; check the path`, {
      cause: error,
    });
  }
}

/** Numbers, booleans, arrays and objects are read as such; everything else is text. */
function typed(value: string): Json {
  if (!/^(?:-?[0-9]|true$|false$|null$|\[|\{)/.test(value)) return value;
  try {
    return parseJson(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}
