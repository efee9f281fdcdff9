import type { TraceParent } from "@writ/core";
import type { Principal } from "@writ/runtime";
import type { Read } from "../contract/forms.ts";
import type { OperationName } from "../contract/operations.ts";
import type { StreamWish } from "./event-stream.ts";
import type { ServerPorts } from "./ports.ts";

/** A request that was understood: who asks, and what, in its form. */
export interface Call<N extends OperationName> {
  readonly params: Read<N, "params">;
  readonly query: Read<N, "query">;
  readonly body: Read<N, "body">;
  /** Nobody for an operation that is public. */
  readonly principal: Principal | null;
  /** What the caller proved itself with. */
  readonly credential: string | null;
  /** What success is told as, of those the operation offers. */
  readonly media: string;
  /** The position a reader of events has, from its header; null for none. */
  readonly lastEventId: number | null;
  /** Whose trace this belongs to, where the caller says so. */
  readonly traceParent: TraceParent | null;
  /** What tells after a crash whether this was carried out; an object of the operation's own. */
  readonly trace: Readonly<Record<string, string | number>>;
}

/** What is answered. A JSON body is of the operation's form: each test that calls the server holds it against that. */
export type Reply =
  | { readonly kind: "json"; readonly body: object; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly kind: "bytes";
      readonly media: string;
      readonly bytes: Uint8Array | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "stream"; readonly wish: StreamWish }
  /** There is nothing to follow any more. */
  | { readonly kind: "nothing" };

export type Handler<N extends OperationName> = (call: Call<N>, ports: ServerPorts) => Promise<Reply>;

/** One handler for each operation of a part of the table. */
export type Handlers<N extends OperationName> = { readonly [K in N]: Handler<K> };

export function json(body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: "json", body, headers };
}
