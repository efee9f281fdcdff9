/** Where the connection stands, as pages and buttons see it. */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Lost: since when, how often it was tried since, and when next; all in milliseconds since 1970. */
  | { readonly kind: "lost"; readonly since: number; readonly tries: number; readonly nextAt: number };

export interface Live {
  readonly state: LiveState;
  /** The newest position of the log this page has seen. */
  readonly position: number;
  /** Facts left out of the stream since the page was last dismissed of them. */
  readonly missed: number;
}

export type LiveHappening =
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly at: number }
  | { readonly type: "arrived"; readonly position: number }
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "gap_read" };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

/** Waiting time before a try: doubling, capped. */
export function waitBefore(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
}

/** What is the case after something happened to the stream. */
export function lived(live: Live, happening: LiveHappening): Live {
  switch (happening.type) {
    case "opened":
      return { ...live, state: { kind: "live" } };
    case "failed": {
      const { state } = live;
      const tries = state.kind === "lost" ? state.tries + 1 : 0;
      const since = state.kind === "lost" ? state.since : happening.at;
      return { ...live, state: { kind: "lost", since, tries, nextAt: happening.at + waitBefore(tries) } };
    }
    case "arrived":
      // A position that was seen already is a repeat: the stream never goes back.
      return happening.position > live.position ? { ...live, position: happening.position } : live;
    case "gap":
      return {
        ...live,
        position: Math.max(live.position, happening.to),
        missed: live.missed + happening.to - happening.from + 1,
      };
    case "gap_read":
      return { ...live, missed: 0 };
  }
}
