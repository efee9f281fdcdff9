import { useEffect, useRef } from "react";
import { elapsed } from "../system/clock.ts";

/** What was meant for the request before must not decide this one. */
export const GUARD_MS = 600;

/** Lets an act through only when the request has been on the screen for a while. */
export function useGuard(): (act: () => void) => void {
  const shownAt = useRef(Number.POSITIVE_INFINITY);
  useEffect(() => {
    shownAt.current = elapsed();
  }, []);
  return (act) => {
    if (elapsed() - shownAt.current >= GUARD_MS) act();
  };
}
