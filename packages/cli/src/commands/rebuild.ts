import { join } from "node:path";
import { rebuild, type RowDifference } from "@writ/runtime";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { sweepRunFolders, writeRun } from "../compose-run-folder.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";

/** Differences that are named; all of them are in `--json`. */
const MOST_NAMED = 20;

/** `writ rebuild`: lists and run folders anew, from the journal alone. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const store = await desk.own();
    const folders = { written: 0, unchanged: 0, removed: 0 };
    const runs = join(desk.folder, "runs");
    const { runs: known, differences } = await rebuild(
      store,
      (id) => desk.rulesOf(id),
      async (history) => {
        const change = await writeRun(runs, history);
        folders.written += change.written;
        folders.unchanged += change.unchanged;
        folders.removed += change.removed;
      },
    );
    const strangers = await sweepRunFolders(runs, new Set<string>(known));
    if (invocation.json) {
      terminal.json({ runs: known.length, differences, files: folders, removed_folders: strangers });
      return 0;
    }
    const screen = terminal.screen();
    terminal.out(
      toldLines(screen, {
        title: "Rebuilt",
        sentence: `${counted(known.length, "run")} from the journal; ${differences.length === 0 ? "every row was right" : `${counted(differences.length, "row")} differed`}`,
        rows: [
          ...differences.slice(0, MOST_NAMED).map((each) => ({ label: each.kind, value: differenceText(each) })),
          ...(differences.length > MOST_NAMED
            ? [{ label: "…", value: `${counted(differences.length - MOST_NAMED, "more row")}: writ rebuild --json` }]
            : []),
          {
            label: "folders",
            value: `${counted(folders.written, "file")} written, ${folders.unchanged} right already, ${folders.removed} removed`,
          },
          ...(strangers.length === 0
            ? []
            : [
                {
                  label: "unknown",
                  value: `removed ${counted(strangers.length, "folder")} of runs the journal does not hold`,
                },
              ]),
        ],
        next: null,
      }),
    );
    return 0;
  });
}

function differenceText({ list, run, row, members }: RowDifference): string {
  const of = row === run ? row : `${row} of ${run}`;
  return `${list}: ${of}${members.length === 0 ? "" : ` · ${members.join(", ")}`}`;
}
