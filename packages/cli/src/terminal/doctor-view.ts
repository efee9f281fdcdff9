import { counted } from "@writ/core/text/figure";
import { hanging, paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark, type StateLook } from "./state.ts";
import type { DoctorRowView, DoctorView } from "./view.ts";

const DETAIL_COLUMN = 16;

const LOOKS: Readonly<Record<DoctorRowView["state"], Omit<StateLook, "word">>> = {
  good: { glyph: "✓", role: "ok" },
  off: { glyph: "–", role: "dim" },
  warning: { glyph: "!", role: "wait" },
  broken: { glyph: "✗", role: "bad" },
};

/** What the machine and the workspace are like. What is off is not broken. */
export function doctorLines(screen: Screen, view: DoctorView): readonly Line[] {
  const broken = view.rows.filter((row) => row.state === "broken").length;
  const column = Math.max(DETAIL_COLUMN, 4 + 2 + Math.max(0, ...view.rows.map((row) => row.name.length)));
  const sum = broken === 0 ? "Nothing is broken." : `${counted(broken, "problem")}. ${view.consequence}`;
  return [
    ...view.rows.flatMap((row) => rowLines(screen, row, column)),
    ...paragraph(screen, 2, say(screen, broken === 0 ? "plain" : "bad", sum.trimEnd())),
  ];
}

function rowLines(screen: Screen, row: DoctorRowView, column: number): readonly Line[] {
  const { glyph, role } = LOOKS[row.state];
  const head = [...mark(screen, role, glyph), ...say(screen, row.state === "off" ? "dim" : "plain", row.name)];
  return [
    ...hanging(screen, head, column, say(screen, row.state === "off" ? "dim" : "plain", row.detail)),
    ...(row.remedy === null ? [] : hanging(screen, [], column, say(screen, "strong", row.remedy))),
  ];
}
