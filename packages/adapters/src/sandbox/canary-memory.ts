import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { canonicalJson, durationMs, type JsonObject } from "@writ/core";
import type { SandboxReport } from "@writ/runtime";
import * as z from "zod";

import { errnoOf } from "../system/errno.ts";

const FILE = "sandbox-canary.json";

const memory = z.strictObject({
  key: z.string(),
  report: z.strictObject({
    usable: z.literal(true),
    backend: z.string(),
    version: z.string(),
    duration: z.int().nonnegative().transform(durationMs),
    leaks: z.array(z.string()).max(0),
    remedy: z.null(),
  }),
});

/**
 * The canary's last good answer for this very version of everything it depends on; null when there is none.
 * A bad answer is never remembered: it is looked for again.
 */
export function recallReport(scratch: string, key: JsonObject): SandboxReport | null {
  const parsed = memory.safeParse(readMemory(join(scratch, FILE)));
  return parsed.success && parsed.data.key === canonicalJson(key) ? parsed.data.report : null;
}

export function rememberReport(scratch: string, key: JsonObject, report: SandboxReport): void {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const path = join(scratch, FILE);
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ key: canonicalJson(key), report }), { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}

function readMemory(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // Not there yet, or cut short by a crash.
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}
