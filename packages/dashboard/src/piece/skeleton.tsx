import { useEffect, useState, type ReactNode } from "react";

/** A page that is there sooner shows nothing in between. */
const PATIENCE_MS = 300;
const WIDTHS = [62, 48, 70, 40, 55, 64];

/** Rows where the real ones will be, after a while. */
export function Skeleton({ rows }: { readonly rows: number }): ReactNode {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className="skel" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <svg key={index} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
          <rect width={16} height="12" x="2" />
          <rect width={WIDTHS[index % WIDTHS.length]} height="12" x="22" />
        </svg>
      ))}
    </div>
  );
}
