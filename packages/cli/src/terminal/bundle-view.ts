import type { BundleFinding, Verification } from "@writ/core";
import type { ReplayedAgain } from "@writ/runtime";
import { counted, grouped } from "@writ/core/text/figure";
import { blanks, hanging } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark } from "./state.ts";

const COLUMN = 14;
/** Findings shown; the others are counted, and `--json` has them all. */
const SHOWN = 12;

/** Whether a bundle or a receipt is what its log's key signed, where it is not, and how far one has to trust it. */
export function bundleLines(screen: Screen, found: Verification, again: ReplayedAgain | null): readonly Line[] {
  const isGood = found.ok && (again?.different.length ?? 0) === 0;
  const head = isGood
    ? [...mark(screen, "ok", "✓"), ...say(screen, "ok", "Intact")]
    : [...mark(screen, "bad", "✗"), ...say(screen, "bad", isUndecided(found) ? "Undecided" : "Not intact")];
  const hidden = found.errors.length - SHOWN;
  const row = (label: string, text: string): readonly Line[] =>
    hanging(screen, [...blanks(4), ...say(screen, "dim", label)], COLUMN, say(screen, "plain", text));
  return [
    ...hanging(screen, head, COLUMN, say(screen, "plain", summaryOf(found))),
    ...found.errors.slice(0, SHOWN).flatMap((error) => row(error.file, placeOf(error))),
    ...(hidden > 0 ? row("…", `${grouped(hidden)} more findings: --json lists them`) : []),
    ...(found.key === null
      ? []
      : row(
          "key",
          found.key_pinned
            ? `${found.key}, the one you trust`
            : `${found.key}, by the bundle's own word: pin it with --trust`,
        )),
    ...(found.checkpoint_time === null
      ? []
      : row("head", `signed ${found.checkpoint_time}, complete as of ${counted(found.size, "entry", "entries")}`)),
    ...(found.decision === undefined ? [] : row("decision", String(found.decision))),
    ...replayRows(found, again).flatMap((text) => row("replay", text)),
  ];
}

/** Nothing contradicts; a format of a later version, or a head that leads nowhere, is why there is no answer. */
function isUndecided({ exit }: Verification): boolean {
  return exit === 1 || exit === 2;
}

function summaryOf({
  entries,
  size,
  payloads_verified: there,
  payloads_redacted: redacted,
  payloads_withheld: withheld,
}: Verification): string {
  const gone = [
    redacted === 0 ? "" : `, ${grouped(redacted)} erased`,
    withheld === 0 ? "" : `, ${grouped(withheld)} withheld`,
  ].join("");
  return `${counted(entries, "entry", "entries")} of ${grouped(size)}, ${counted(there, "payload")} as committed${gone}`;
}

function placeOf({ code, line, seq, field, detail }: BundleFinding): string {
  const at = [
    seq === undefined ? [] : `entry ${seq}`,
    line === undefined ? [] : `line ${line}`,
    field ?? [],
    detail ?? [],
  ].flat();
  return at.length === 0 ? code : `${code} at ${at.join(", ")}`;
}

/** Ours where we could, else the exporter's word, named as such. */
function replayRows({ replay }: Verification, again: ReplayedAgain | null): readonly string[] {
  if (again === null || (again.equal === 0 && again.different.length === 0))
    return replay === null ? [] : [`${JSON.stringify(replay)}, claimed by the exporter`];
  const { equal, facts, different, not_replayable: lost } = again;
  return [
    `${counted(equal, "run")} re-derived here, ${counted(facts, "fact")}, no difference`,
    ...different.map(
      ({ run, version, step }) => `${run} differs at version ${version}${step === null ? "" : `, step ${step}`}`,
    ),
    ...lost.map(({ run, reason }) => `${run} is not replayable: ${reason}`),
  ].slice(equal === 0 ? 1 : 0);
}
