import type { RunStatus } from "@writ/core";
import { worked } from "@writ/core/text/figure";
import { dayAndTime } from "./instant.ts";
import { hanging } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";
import { mark, RUN_LOOKS } from "./state.ts";
import type { RunEndView } from "./view.ts";

const COLUMN = 20;

/** How a run came to rest, and the next command. */
export function runEndLines(screen: Screen, view: RunEndView): readonly Line[] {
  switch (view.kind) {
    case "completed": {
      const waited = view.waitedMs === 0 ? [] : [`waited for you ${worked(view.waitedMs)}`];
      const figures = [`worked ${worked(view.workedMs)}`, ...waited].join(", ");
      return end(screen, "completed", null, [figures, ...view.clauses].join(" · "));
    }
    case "rejected":
      return [
        ...end(screen, "rejected", null, `${view.step} denied by ${view.by}: "${view.reason}"`),
        ...below(screen, "plain", view.clauses.join(" · ")),
      ];
    case "waiting":
      return [
        ...end(
          screen,
          "awaiting_gate",
          "Waiting",
          `${view.step}, until ${dayAndTime(screen, view.until)} · nothing is held open`,
        ),
        ...below(screen, "strong", view.next),
      ];
    case "other":
      return [
        ...end(screen, view.state, null, view.sentence),
        ...(view.next === null ? [] : below(screen, "strong", view.next)),
      ];
  }
}

function end(screen: Screen, state: RunStatus, word: string | null, text: string): readonly Line[] {
  const look = RUN_LOOKS[state];
  const head = [...mark(screen, look.role, look.glyph), ...say(screen, look.role, word ?? look.word)];
  return hanging(screen, head, COLUMN, say(screen, "plain", text));
}

function below(screen: Screen, role: Role, text: string): readonly Line[] {
  return text === "" ? [] : hanging(screen, [], COLUMN, say(screen, role, text));
}
