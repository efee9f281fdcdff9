import { useQuery } from "@tanstack/react-query";
import type { LayoutAsk, Placed } from "./layout.ts";

/** Places of a plan's nodes, computed once off the main thread and kept under the plan's hash. */
export function useLayout(hash: string, ask: LayoutAsk): readonly Placed[] | undefined {
  return useQuery({
    queryKey: ["layout", hash],
    queryFn: () => computed(ask),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  }).data;
}

function computed(ask: LayoutAsk): Promise<readonly Placed[]> {
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  return new Promise<readonly Placed[]>((resolve, reject) => {
    worker.addEventListener("message", (message: MessageEvent<readonly Placed[]>) => resolve(message.data));
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.postMessage({ steps: ask.steps.map(({ id, needs }) => ({ id, needs })) }, { transfer: [] });
  }).finally(() => worker.terminate());
}
