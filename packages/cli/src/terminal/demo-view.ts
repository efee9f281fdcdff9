import { counted } from "@writ/core/text/figure";
import { paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";

/** The first line of `writ demo`: what was made, and that nothing leaves the machine. */
export function demoHead(screen: Screen, view: { readonly notes: number; readonly folder: string }): readonly Line[] {
  const made = ` · a workspace with ${counted(view.notes, "note")} in ${view.folder} · offline`;
  return paragraph(screen, 2, [...say(screen, "strong", "Writ demo"), ...say(screen, "plain", made)]);
}
