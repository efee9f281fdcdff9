import { elapsed } from "../system/clock.ts";
import type { Bytes } from "./tree.ts";
import { verifyLog, type VerifyAsk, type VerifyNews } from "./verify.ts";

function tell(news: VerifyNews): void {
  self.postMessage(news, { transfer: [] });
}

async function entries(from: number, limit: number): Promise<Bytes> {
  const response = await fetch(`/audit/entries?from=${from}&limit=${limit}`, {
    headers: { accept: "application/jsonl, application/problem+json" },
    credentials: "same-origin",
    cache: "no-store",
  });
  if (!response.ok) throw new Error(`the server answered ${response.status} when it was asked for entry ${from}`);
  return new Uint8Array(await response.arrayBuffer());
}

self.addEventListener("message", (message: MessageEvent<VerifyAsk>) => {
  const startedAt = elapsed();
  verifyLog(message.data, {
    entries,
    hash: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
    progress: (done, total) => tell({ kind: "progress", done, total }),
  }).then(
    ({ finding, head }) => tell({ kind: "finished", finding, head, tookMs: elapsed() - startedAt }),
    (error: unknown) => tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});
