/** A stretch of time in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A gap that is drawn narrower than it was, and says so. */
export interface Fold extends Stretch {
  /** Where it is drawn, in [0, 1]. */
  readonly at: number;
  readonly width: number;
}

export interface TimeScale {
  /** Where an instant is drawn, in [0, 1]. */
  readonly place: (at: number) => number;
  readonly folds: readonly Fold[];
}

/** A shorter pause is worth its room. */
const FOLD_ABOVE_MS = 10_000;
/** Room of one fold, as a part of what is worked. */
const FOLD_PART = 0.08;

/**
 * Where instants lie on a line from the first to the last.
 *
 * @param busy when something ran; what lies between may be folded
 * @param waits `fold` cuts every gap above 10 s
 */
export function timeScale(busy: readonly Stretch[], whole: Stretch, waits: "fold" | "scale"): TimeScale {
  const gaps = waits === "fold" ? gapsOf(busy, whole).filter(({ from, to }) => to - from > FOLD_ABOVE_MS) : [];
  const cut = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const worked = Math.max(1, whole.to - whole.from - cut);
  const room = worked * FOLD_PART;
  const drawn = worked + gaps.length * room;
  const place = (at: number): number => {
    const instant = Math.min(whole.to, Math.max(whole.from, at));
    let x = instant - whole.from;
    for (const { from, to } of gaps) {
      if (instant >= to) x += room - (to - from);
      else if (instant > from) x += ((instant - from) / (to - from)) * room - (instant - from);
    }
    return x / drawn;
  };
  return { place, folds: gaps.map((gap) => ({ ...gap, at: place(gap.from), width: room / drawn })) };
}

function gapsOf(busy: readonly Stretch[], whole: Stretch): readonly Stretch[] {
  const gaps: Stretch[] = [];
  let until = whole.from;
  for (const { from, to } of busy.toSorted((a, b) => a.from - b.from)) {
    if (from > until) gaps.push({ from: until, to: from });
    until = Math.max(until, to);
  }
  if (whole.to > until) gaps.push({ from: until, to: whole.to });
  return gaps;
}

const ROUND = [1, 2, 5];

/** Round distances from the start for about `count` marks, up to the first fold. */
export function marks(spanMs: number, count: number): readonly number[] {
  const least = Math.max(1, spanMs / count);
  let unit = 1;
  while (unit * 10 < least) unit *= 10;
  const step = unit * (ROUND.find((each) => each * unit >= least) ?? 10);
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => index * step);
}
