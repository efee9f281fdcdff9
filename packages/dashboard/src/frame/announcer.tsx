import { useParams } from "@tanstack/react-router";
import { useCallback, type ReactNode } from "react";
import type { EventDocument } from "@writ/api/contract/event";
import { useHeard } from "../live/live.tsx";
import { spoken } from "../live/stale-keys.ts";

/** News within this time are one sentence. */
const MERGE_MS = 5_000;

/** Tells a screen reader what changed: of the run that is open, else of all. */
export function Announcer(): ReactNode {
  const params = useParams({ strict: false });
  const run = params.id?.startsWith("run_") ? params.id : null;
  const sentence = useCallback((events: readonly EventDocument[]) => spoken(events, run), [run]);
  const said = useHeard(MERGE_MS, sentence);
  return (
    <div className="sr" aria-live="polite">
      {said}
    </div>
  );
}
