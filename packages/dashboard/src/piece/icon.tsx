import type { ReactNode } from "react";

/** Symbols on a ground of 16 by 16, drawn with the colour of the text around them. */
const DRAWINGS = {
  approvals: (
    <>
      <path d="M8 1.8 14.2 8 8 14.2 1.8 8Z" />
      <path d="m5.8 8 1.6 1.6L10.4 6.5" />
    </>
  ),
  audit: (
    <>
      <circle cx="8" cy="3.2" r="1.6" />
      <circle cx="3.6" cy="12.6" r="1.6" />
      <circle cx="12.4" cy="12.6" r="1.6" />
      <path d="M8 4.8v3.4M8 8.2 4.4 11.2M8 8.2l3.6 3" />
    </>
  ),
  awaiting_gate: (
    <>
      <path d="M8 1.8 14.2 8 8 14.2 1.8 8Z" />
      <path d="M8 5.4v3.2M8 10.8v.01" />
    </>
  ),
  book: (
    <>
      <path d="M3 3.2c2-.8 3.6-.6 5 .5 1.4-1.1 3-1.3 5-.5v9.4c-2-.8-3.6-.6-5 .5-1.4-1.1-3-1.3-5-.5ZM8 3.7v9.4" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M5.3 8h5.4" />
    </>
  ),
  check: (
    <>
      <path d="m3 8.5 3.2 3.2L13 4.8" />
    </>
  ),
  chev: (
    <>
      <path d="m6 3.5 4.5 4.5L6 12.5" />
    </>
  ),
  close: (
    <>
      <path d="m4 4 8 8M12 4l-8 8" />
    </>
  ),
  completed: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m5.3 8.2 1.9 1.9 3.6-4" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.3" />
      <path d="M10.5 3.2H3.8A1.3 1.3 0 0 0 2.5 4.5v6.7" />
    </>
  ),
  down: (
    <>
      <path d="m4 6 4 4 4-4" />
    </>
  ),
  drift: (
    <>
      <path d="M2 5.5c2-2 4 2 6 0s4 2 6 0M2 10.5c2-2 4 2 6 0s4 2 6 0" />
    </>
  ),
  escalated: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 11V5.2M5.6 7.4 8 5l2.4 2.4" />
    </>
  ),
  expired: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.8V8l2 1.4" />
    </>
  ),
  failed: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m5.9 5.9 4.2 4.2M10.1 5.9l-4.2 4.2" />
    </>
  ),
  file: (
    <>
      <path d="M4 1.8h5l3 3v9.4H4Z" />
      <path d="M9 1.8v3h3" />
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M2 8h12M8 2c2 2 2.4 4 2.4 6S10 12 8 14C6 12 5.6 10 5.6 8S6 4 8 2Z" />
    </>
  ),
  in_doubt: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 6.5a1.8 1.8 0 1 1 2.5 1.7c-.6.2-.8.5-.8 1.1M8 11.3v.01" />
    </>
  ),
  lock: (
    <>
      <rect x="3.2" y="7" width="9.6" height="6.6" rx="1.4" />
      <path d="M5.3 7V5a2.7 2.7 0 0 1 5.4 0v2" />
    </>
  ),
  menu: (
    <>
      <path d="M8 3.5v.01M8 8v.01M8 12.5v.01" />
    </>
  ),
  metrics: (
    <>
      <path d="M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6" />
    </>
  ),
  paused: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.4 5.8v4.4M9.6 5.8v4.4" />
    </>
  ),
  pending: (
    <>
      <circle cx="8" cy="8" r="5.8" strokeDasharray="2.4 2.2" />
    </>
  ),
  play: (
    <>
      <path d="M4.5 2.8v10.4L13 8Z" />
    </>
  ),
  plug: (
    <>
      <path d="M5.5 2v3M10.5 2v3M3.8 5h8.4v2.6a4.2 4.2 0 0 1-8.4 0ZM8 11.8V14" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10" />
    </>
  ),
  refresh: (
    <>
      <path d="M13.4 8A5.4 5.4 0 1 1 11.7 4l1.7 1.6" />
      <path d="M13.4 2.4v3.2h-3.2" />
    </>
  ),
  rejected: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m3.9 12.1 8.2-8.2" />
    </>
  ),
  replay: (
    <>
      <path d="M2.6 8a5.4 5.4 0 1 0 1.7-3.9L2.6 5.6" />
      <path d="M2.6 2.4v3.2h3.2" />
      <path d="M8 5.4V8l1.8 1.2" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6" opacity=".35" />
      <path d="M8 2a6 6 0 0 1 6 6" />
    </>
  ),
  runs: (
    <>
      <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="m10.3 10.3 3.2 3.2" />
    </>
  ),
  shield: (
    <>
      <path d="M8 1.8 13 3.6v4c0 3.2-2.1 5.4-5 6.6-2.9-1.2-5-3.4-5-6.6v-4Z" />
      <path d="m5.7 8 1.6 1.6 3-3.2" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  term: (
    <>
      <rect x="1.8" y="2.8" width="12.4" height="10.4" rx="1.5" />
      <path d="m4.5 6 2 2-2 2M8.2 10.2h3" />
    </>
  ),
  tools: (
    <>
      <path d="M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6" />
      <circle cx="10" cy="5" r="1.6" />
      <circle cx="6" cy="11" r="1.6" />
    </>
  ),
  user: (
    <>
      <circle cx="8" cy="5.4" r="2.6" />
      <path d="M2.8 13.6c.7-2.7 2.7-4 5.2-4s4.5 1.3 5.2 4" />
    </>
  ),
  warn: (
    <>
      <path d="M8 2.2 14.3 13H1.7Z" />
      <path d="M8 6.4v3M8 11.2v.01" />
    </>
  ),
} as const satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof DRAWINGS;

/** A picture beside a word that says the same: never alone. */
export function Icon({ name, size = "" }: { readonly name: IconName; readonly size?: "s" | "" }): ReactNode {
  return (
    <svg className={`icon ${size}`} viewBox="0 0 16 16" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}
