import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { OrchestratorError } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { exportRun, writeRun } from "../compose-run-folder.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ export <run> [DIR]`: the run's readable folder; in the workspace's own place when none is named. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const given = argumentOf(invocation, "folder");
    const history = await desk.history(id);
    const folder = given === undefined ? join(desk.folder, "runs", id) : resolve(world.cwd, given);
    if (given !== undefined && !isFree(folder)) {
      throw new OrchestratorError(
        "folder_not_empty",
        `${given} holds something already; nothing was written. Name a new folder`,
        { details: { folder } },
      );
    }
    const change =
      given === undefined ? await writeRun(join(desk.folder, "runs"), history) : await exportRun(folder, history);
    const files = change.written + change.unchanged;
    if (invocation.json) terminal.json({ run_id: id, folder, files });
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Exported",
          sentence: `${counted(files, "file")}, for reading`,
          rows: [{ label: "folder", value: folder }],
          next: {
            title: "For checking, by somebody who trusts neither you nor this machine:",
            command: `writ audit export ${id} ./evidence`,
          },
        }),
      );
    return 0;
  });
}

function isFree(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}
