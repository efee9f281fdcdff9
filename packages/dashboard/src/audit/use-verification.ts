import { useEffect, useRef, useState } from "react";
import { client } from "../api/connection.ts";
import { useMe } from "../app/use-me.ts";
import { now } from "../system/clock.ts";
import { keepHead, keepVerification, seenHead } from "./last-seen.ts";
import type { VerifyAsk, VerifyNews } from "./verify.ts";

export type Verifying = { readonly kind: "idle" } | { readonly kind: "stopped"; readonly done: number } | VerifyNews;

/** Verifies the log off the main thread, on demand, until it is done or stopped. */
export function useVerification(): {
  readonly state: Verifying;
  readonly start: () => void;
  readonly stop: () => void;
} {
  const me = useMe();
  const log = me?.workspace.log ?? "";
  const [state, setState] = useState<Verifying>({ kind: "idle" });
  const worker = useRef<Worker | null>(null);
  const end = (): void => {
    worker.current?.terminate();
    worker.current = null;
  };
  useEffect(() => end, []);
  const start = async (): Promise<void> => {
    end();
    setState({ kind: "progress", done: 0, total: 0 });
    const { origin, note, keys } = await client.call("get_checkpoint", {});
    const ask: VerifyAsk = { note, key: keys.at(-1)?.key ?? "", seen: seenHead(origin) };
    const made = new Worker(new URL("./verify.worker.ts", import.meta.url), { type: "module" });
    worker.current = made;
    made.addEventListener("message", ({ data }: MessageEvent<VerifyNews>) => {
      if (data.kind === "finished") {
        keepVerification(log, { at: now(), result: data.finding.result });
        const { head } = data;
        if (data.finding.result === "intact" && head !== null)
          keepHead({ origin: head.origin, size: head.size, root: head.root, key: head.key, at: now() });
      }
      setState(data);
      if (data.kind !== "progress") end();
    });
    made.addEventListener("error", ({ message }) => setState({ kind: "failed", message }));
    made.postMessage(ask, { transfer: [] });
  };
  return {
    state,
    start: () => {
      start().catch((error: unknown) =>
        setState({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
      );
    },
    stop: () => {
      end();
      setState((before) => ({ kind: "stopped", done: before.kind === "progress" ? before.done : 0 }));
    },
  };
}
