import type { ApprovalMode, Authorization } from "@writ/core";
import { columns } from "./columns.ts";
import { blanks, hanging } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";
import { TIER_ROLES } from "./state.ts";

/** What policy says here, as plain data. */
export interface PolicyShowView {
  readonly modes: readonly string[];
  /** The mode that holds. */
  readonly present: string;
  readonly rows: readonly {
    readonly name: string;
    readonly tier: ApprovalMode | null;
    readonly answers: readonly Authorization["effect"][];
  }[];
  /** Named facts below the matrix; several values stand under one name. */
  readonly notes: readonly { readonly name: string; readonly values: readonly string[] }[];
}

const WORDS: Readonly<Record<Authorization["effect"], readonly [string, Role]>> = {
  permit: ["runs", "plain"],
  self: ["runs, recorded", "plain"],
  gate: ["asks you", "wait"],
  forbid: ["refused", "bad"],
};
const NOTE_COLUMN = 13;

/** The matrix of R2 with the present column marked, then rules, lifts and gates. */
export function policyLines(screen: Screen, view: PolicyShowView): readonly Line[] {
  const heads = view.modes.map((mode) =>
    mode === view.present ? say(screen, "strong", `${mode} ●`) : say(screen, "dim", mode),
  );
  const rows = view.rows.map(({ name, tier, answers }) => [
    say(screen, tier === null ? "plain" : TIER_ROLES[tier], name),
    ...answers.map((answer, at) => answerCell(screen, answer, view.modes[at] === view.present)),
  ]);
  const body = columns(screen, 2, [...(screen.form === "block" ? [[[], ...heads]] : []), ...rows]);
  return [...body, [], ...view.notes.flatMap((note) => noteLines(screen, note))];
}

function answerCell(screen: Screen, answer: Authorization["effect"], isPresent: boolean): Line {
  const [word, role] = WORDS[answer];
  return say(screen, isPresent ? role : "dim", word);
}

function noteLines(screen: Screen, { name, values }: PolicyShowView["notes"][number]): readonly Line[] {
  return values.flatMap((value, index) =>
    hanging(
      screen,
      index === 0 ? [...blanks(2), ...say(screen, "strong", name)] : [],
      NOTE_COLUMN,
      say(screen, "plain", value),
    ),
  );
}
