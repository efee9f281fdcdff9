import { columns } from "./columns.ts";
import { counted, grouped, remaining } from "@writ/core/text/figure";
import { blanks, cut, hanging, lineWidth, padded, paragraph, sides } from "./layout.ts";
import { movedLines } from "./approval-view.ts";
import { isOneColumn, listEdge, textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark, TIER_ROLES } from "./state.ts";
import type { ApprovalListView, ApprovalRowView, DecisionView } from "./view.ts";

const DECISION_COLUMN = 16;

/** What waits for a decision, soonest expiry first as given. */
export function approvalListLines(screen: Screen, { rows, more }: ApprovalListView): readonly Line[] {
  if (screen.form === "lines")
    return columns(
      screen,
      0,
      rows.map((row) => plainCells(screen, row)),
    );
  const [first] = rows;
  if (first === undefined) return [say(screen, "plain", "  Nothing waits for you.")];
  const order = rows.length === 1 ? [] : say(screen, "dim", "soonest first");
  return [
    ...sides(
      screen,
      say(screen, "strong", `  Waiting for you · ${grouped(rows.length + (more?.count ?? 0))}`),
      order,
      listEdge(screen) - 3,
    ),
    ...rowsOf(screen, rows),
    ...(more === null
      ? []
      : [[], ...paragraph(screen, 2, say(screen, "dim", `… ${counted(more.count, "more request")}: ${more.command}`))]),
    [],
    ...paragraph(screen, 2, [
      ...say(screen, "dim", "Look at one   "),
      ...say(screen, "strong", `writ approvals show ${first.shortId}`),
    ]),
  ];
}

/** What became of a request, and of its run. */
export function decisionLines(screen: Screen, view: DecisionView): readonly Line[] {
  switch (view.kind) {
    case "approved": {
      const head = [...mark(screen, "ok", "✓"), ...say(screen, "ok", "Approved")];
      return hanging(
        screen,
        head,
        DECISION_COLUMN,
        say(screen, "plain", `${view.title}, once · run ${view.run} goes on`),
      );
    }
    case "denied": {
      const head = [...mark(screen, "bad", "⊘"), ...say(screen, "bad", "Denied")];
      const text = `${view.title} · run ${view.run} ended as rejected`;
      return hanging(screen, head, DECISION_COLUMN, say(screen, "plain", text));
    }
    case "moved":
      return [
        ...paragraph(screen, 2, [
          ...say(screen, TIER_ROLES[view.reach], view.reach),
          ...say(screen, "strong", `  ${view.title}`),
        ]),
        ...view.moved.flatMap((moved) => movedLines(screen, moved)),
        ...(view.next === null
          ? paragraph(screen, 2, say(screen, "plain", "Nothing was approved. A new request will show it as it is now."))
          : [
              ...paragraph(
                screen,
                2,
                say(screen, "plain", "Nothing was approved. A new request shows the file as it is now:"),
              ),
              ...paragraph(screen, 4, say(screen, "strong", view.next)),
            ]),
      ];
  }
}

function plainCells(screen: Screen, row: ApprovalRowView): readonly Line[] {
  return [
    say(screen, "plain", row.approval),
    say(screen, "plain", row.reach),
    say(screen, "plain", remaining(row.leftMs)),
    say(screen, "plain", row.evidence),
    say(screen, "plain", row.title),
  ];
}

/** Id, reach, title, a mark where evidence moved, and the time left at the edge. */
function rowsOf(screen: Screen, rows: readonly ApprovalRowView[]): readonly Line[] {
  const edge = listEdge(screen) - 1;
  const idWidth = Math.max(...rows.map((row) => row.shortId.length));
  return rows.flatMap((row) => {
    const left = say(screen, "dim", remaining(row.leftMs));
    const moved = row.evidence === "moved" ? [...blanks(2), ...say(screen, "doubt", "~ moved")] : [];
    const id = [...blanks(2), ...say(screen, "plain", row.shortId)];
    const reach = say(screen, TIER_ROLES[row.reach], row.reach);
    if (isOneColumn(screen)) {
      return [
        [...padded(id, idWidth + 4), ...reach, ...moved],
        [...blanks(4), ...cut(screen, say(screen, "plain", row.title), textEdge(screen) - 4)],
        [...blanks(4), ...left],
      ];
    }
    const lead = [...padded(id, idWidth + 4), ...padded(reach, "destructive".length + 2)];
    const room = edge - lineWidth(lead) - lineWidth(moved) - lineWidth(left) - 2;
    const body = [...lead, ...cut(screen, say(screen, "plain", row.title), Math.max(8, room)), ...moved];
    return [[...padded(body, edge - lineWidth(left)), ...left]];
  });
}
