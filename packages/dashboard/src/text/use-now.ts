import { useEffect, useState } from "react";
import { now } from "../system/clock.ts";

/** The instant, read again every so often. */
export function useNow(everyMs: number): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const timer = window.setInterval(() => setAt(now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return at;
}
