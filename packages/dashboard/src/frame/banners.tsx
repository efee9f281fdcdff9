import { grouped, remaining } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { useLive, useStream } from "../live/live.tsx";
import { Icon } from "../piece/icon.tsx";
import { useNow } from "../text/use-now.ts";

/** A short break is no news. */
const PATIENCE_MS = 2_000;

/** What holds for all pages: the connection is lost, or facts were left out while it was. */
export function Banners(): ReactNode {
  const { state, missed, position } = useLive();
  const stream = useStream();
  const now = useNow(1_000);
  if (state.kind === "lost" && now - state.since >= PATIENCE_MS) {
    return (
      <div className="banner" role="status">
        <div className="note awaiting_gate">
          <Icon name="refresh" />
          <div className="grow">
            <b>Connection lost {remaining(now - state.since)} ago.</b> Trying again in{" "}
            {remaining(Math.max(0, state.nextAt - now))}. What you see stood at position {grouped(position)}. Approve
            and deny are off until the page is live again: you would be deciding on old evidence.
          </div>
          <button type="button" className="btn small" onClick={stream.tryNow}>
            Try now
          </button>
        </div>
      </div>
    );
  }
  if (missed > 0) {
    return (
      <div className="banner" role="status">
        <div className="note running">
          <Icon name="check" />
          <div className="grow">
            <b>Live again.</b> {grouped(missed)} facts arrived while you were away; lists were read anew.
          </div>
          <button type="button" className="btn small" onClick={stream.gapRead}>
            Close
          </button>
        </div>
      </div>
    );
  }
  return null;
}
