import { count, runId } from "@writ/core/schema/scalar";
import * as z from "zod";

export const made = z.object({ workspace: z.string(), database: z.string() });

export const examined = z.object({
  ok: z.boolean(),
  rows: z.array(
    z.object({
      state: z.enum(["good", "off", "warning", "broken"]),
      name: z.string(),
      detail: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});

export const folderWritten = z.object({ run_id: runId, folder: z.string(), files: count });

export const rebuilt = z.object({
  runs: count,
  differences: z.array(
    z.object({
      run: runId,
      list: z.enum(["runs", "approvals", "artifacts"]),
      row: z.string(),
      kind: z.enum(["wrong", "missing", "extra"]),
      members: z.array(z.string()),
    }),
  ),
  files: z.object({ written: count, unchanged: count, removed: count }),
  removed_folders: z.array(z.string()),
});

export const backedUp = z.object({ folder: z.string(), entries: count, key: z.string() });

export const configured = z.object({
  files: z.object({ user: z.string(), workspace: z.string().nullable() }),
  settings: z.array(
    z.object({
      key: z.string(),
      value: z.json(),
      source: z.enum(["default", "user", "user_for_this_workspace", "environment", "workspace"]),
      where: z.string().nullable(),
    }),
  ),
});

export const completion = z.object({ shell: z.enum(["bash", "zsh", "fish"]), script: z.string() });
