import { remember, remembered } from "../system/storage.ts";

/** The newest head this browser has checked: what a shrunk or rewritten log contradicts. */
export interface SeenHead {
  readonly origin: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly root: string;
  /** Name and id of the key that signed it. */
  readonly key: string;
  readonly at: number;
}

export interface Verification {
  readonly at: number;
  readonly result: "intact" | "broken";
}

/** @param origin of the log: one browser may look at several from one address */
export function seenHead(origin: string): SeenHead | null {
  return parsed(remembered(`head.${origin}`), isSeenHead);
}

export function keepHead(head: SeenHead): void {
  remember(`head.${head.origin}`, JSON.stringify(head));
}

export function lastVerification(log: string): Verification | null {
  return parsed(remembered(`verified.${log}`), isVerification);
}

export function keepVerification(log: string, verification: Verification): void {
  remember(`verified.${log}`, JSON.stringify(verification));
  for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();

/** Calls back when something was verified on this page. */
export function onVerified(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function parsed<T>(text: string | null, is: (value: unknown) => value is T): T | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return is(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isSeenHead(value: unknown): value is SeenHead {
  return (
    typeof value === "object" &&
    value !== null &&
    "origin" in value &&
    "root" in value &&
    "size" in value &&
    "key" in value &&
    "at" in value
  );
}

function isVerification(value: unknown): value is Verification {
  return typeof value === "object" && value !== null && "at" in value && "result" in value;
}
