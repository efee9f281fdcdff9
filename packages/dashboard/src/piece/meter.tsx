import type { ReactNode } from "react";

/** Amber from here on: soon somebody is asked for more. */
const WARN_FROM = 0.85;

/** How much of a bound is used. @param part in [0, 1] */
export function Meter({ part, name }: { readonly part: number; readonly name: string }): ReactNode {
  const percent = Math.round(Math.min(1, part) * 100);
  return (
    <svg
      className="meter"
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${name}: ${percent} percent used`}
    >
      <rect className="bg" width="100" height="4" />
      <rect className={part >= WARN_FROM ? "warn" : "fg"} width={percent} height="4" />
    </svg>
  );
}
