import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { me } from "../api/queries.ts";
import type { EventDocument } from "@writ/api/contract/event";
import type { Live } from "./live-state.ts";
import { LiveStream, type Batch } from "./live-stream.ts";
import { staleKeys } from "./stale-keys.ts";

type Hearer = (events: readonly EventDocument[]) => void;

interface LiveContext {
  readonly stream: LiveStream;
  readonly hear: (hearer: Hearer) => () => void;
}

const Context = createContext<LiveContext | null>(null);

/** Keeps what the pages show as fresh as the log: each batch of facts says what to read again. */
export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const queries = useQueryClient();
  const { data } = useQuery(me);
  const value = useMemo(() => {
    const hearers = new Set<Hearer>();
    const stream = new LiveStream(
      (batch: Batch) => {
        if (batch === null) {
          void queries.invalidateQueries();
          return;
        }
        for (const queryKey of staleKeys(batch)) void queries.invalidateQueries({ queryKey });
        for (const hearer of hearers) hearer(batch);
      },
      () => void queries.invalidateQueries({ queryKey: me.queryKey }),
    );
    const hear = (hearer: Hearer): (() => void) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    };
    return { stream, hear };
  }, [queries]);
  const position = data?.workspace.position;
  useEffect(() => {
    // The size of the log; its newest entry stands one before.
    if (position !== undefined) value.stream.start(position - 1);
  }, [value, position]);
  useEffect(() => () => value.stream.stop(), [value]);
  return <Context value={value}>{children}</Context>;
}

function useContextOfLive(): LiveContext {
  const context = use(Context);
  if (context === null) throw new Error("outside of LiveProvider");
  return context;
}

export function useLive(): Live {
  const { stream } = useContextOfLive();
  return useSyncExternalStore(stream.subscribe, stream.snapshot);
}

export function useStream(): LiveStream {
  return useContextOfLive().stream;
}

/** Calls `hearer` with each batch of facts while the component is shown. */
export function useBatches(hearer: Hearer): void {
  const { hear } = useContextOfLive();
  const latest = useRef(hearer);
  useEffect(() => {
    latest.current = hearer;
  });
  useEffect(() => hear((events) => latest.current(events)), [hear]);
}

/** What a screen reader is told: facts merged for a while into one sentence. */
export function useHeard(holdMs: number, sentence: (events: readonly EventDocument[]) => string): string {
  const [said, say] = useState("");
  const held = useRef<EventDocument[]>([]);
  const timer = useRef<number | undefined>(undefined);
  useBatches((events) => {
    held.current.push(...events);
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      const text = sentence(held.current);
      held.current = [];
      if (text !== "") say(text);
    }, holdMs);
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return said;
}
