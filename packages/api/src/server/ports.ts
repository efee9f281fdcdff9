import type { Hasher, MetricsHour, MetricsSnapshot, RunId, VerifierPlatform } from "@writ/core";
import type { Access, Clock, Desk, Entropy, Log, Principal } from "@writ/runtime";
import type { Allowances } from "./allowance.ts";
import type { EventHub } from "./event-hub.ts";
import type { StaticFiles } from "./static-files.ts";

/** Figures of the whole log. */
export interface Figures {
  /** In the text exposition format of Prometheus. */
  exposition(): Promise<{ readonly media: string; readonly text: string }>;
  /** As it is now, and hour by hour between two instants in milliseconds. */
  series(from: number, to: number): Promise<{ readonly now: MetricsSnapshot; readonly hours: readonly MetricsHour[] }>;
}

/** What the server stands on. Everything that decides is behind the desk. */
export interface ServerPorts {
  readonly desk: Desk;
  readonly access: Access;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hash: Hasher;
  readonly platform: VerifierPlatform;
  readonly events: EventHub;
  readonly allowances: Allowances;
  readonly figures: Figures;
  readonly log: Log;
  readonly files: StaticFiles;
  /** Who may log in with a code that was printed: answers once. */
  readonly redeem: (code: string) => Principal | null;
  /** What a pseudonym stands for on this machine; null where that is not known. */
  readonly nameOf: (user: string) => string | null;
  /** A file of the workspace by its path; null where it is not there any more. */
  readonly readFile: (path: string) => Promise<Uint8Array | null>;
  readonly exportBundle: (run: RunId, payloads: "included" | "withheld") => Promise<ReadonlyMap<string, Uint8Array>>;
  /** Whether work may be given to it; `failing` once its journal could not be written. */
  readonly standing: () => "ready" | "stopping" | "failing";
  readonly version: string;
}
