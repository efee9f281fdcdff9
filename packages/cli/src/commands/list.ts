import { listRuns, type RunDesk, type ListQuery, type RunList } from "@writ/runtime";
import { taskHead, type RunView, type TaskHead } from "@writ/core";
import { hasOption, optionOf, optionsOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { namesFor } from "../compose-user.ts";
import { listedRun } from "../listed-run.ts";
import { counted } from "@writ/core/text/figure";
import { runListLines } from "../terminal/run-list-view.ts";
import { say } from "../terminal/span.ts";
import { runRow } from "../views/run-row.ts";
import { wholeNumber } from "../whole-number.ts";

const USUAL_LIMIT = 20;

/** `writ list`: runs that need somebody first, then those that move, then the others by day. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const asked = wholeNumber(invocation, "--limit", 1);
  return atRunDesk(world, invocation, async (desk) => {
    const cursor = optionOf(invocation, "--before");
    const query: ListQuery = {
      states: optionsOf(invocation, "--state"),
      before: cursor === undefined ? null : await desk.runNamed(cursor),
      limit: hasOption(invocation, "--all") ? Number.MAX_SAFE_INTEGER : (asked ?? USUAL_LIMIT),
    };
    const list = await listRuns(desk.store, query);
    const screen = terminal.screen();
    const last = list.others.at(-1);
    const further = [
      "writ list",
      ...query.states.map((state) => `--state ${state}`),
      last === undefined ? "--all" : `--before ${last.run_id}`,
    ];
    if (invocation.json) {
      const heads: TaskHead[] = [];
      for (const view of inOrder(list)) heads.push(await headOf(desk, view));
      terminal.json(heads);
    } else {
      const nameOf = namesFor(world);
      const rows = (views: readonly RunView[]) =>
        Promise.all(views.map(async (view) => runRow(screen, await listedRun(desk, view), nameOf)));
      terminal.out(
        runListLines(screen, {
          now: systemClockOf().now(),
          needsYou: await rows(list.needsYou),
          running: await rows(list.running),
          ended: await rows(list.others),
          more: list.left === 0 ? null : { count: list.left, command: further.join(" ") },
        }),
      );
    }
    // The rows of a program end without a word; what they leave out is said beside them.
    if (list.left > 0 && (invocation.json || screen.form === "lines")) {
      terminal.err([
        say(terminal.errorScreen(), "plain", `writ: ${counted(list.left, "more run")}: ${further.join(" ")}`),
      ]);
    }
    return 0;
  });
}

function inOrder({ needsYou, running, others }: RunList): readonly RunView[] {
  return [...needsYou, ...running, ...others];
}

/** A row as programs take it. Which dimension of a budget ran out stands in the journal alone, so that run is folded. */
async function headOf(desk: RunDesk, view: RunView): Promise<TaskHead> {
  const { approvals, artifacts } = await listedRun(desk, view);
  const isSpent = view.status === "paused" && view.reason === "budget_exhausted";
  const { state } = isSpent ? await desk.history(await desk.runNamed(view.run_id)) : { state: null };
  return taskHead({ view, exhausted: state?.hold?.detail ?? null }, approvals, artifacts);
}
