import type { Commit } from "../base/digest.ts";
import { canonicalJson, type Json, type JsonObject } from "../base/json.ts";
import { isText, items, member, readStored, walk } from "./stored-json.ts";

/** Facts about the log itself, before they have a position. */
export interface LogFacts {
  readonly atMs: number;
  readonly actor: JsonObject;
  readonly facts: readonly JsonObject[];
}

/** What a log says of itself in its first entry. */
export interface LogStart {
  /** `log_…`. */
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  /** Written form of the first key. */
  readonly key: string;
}

/** What makes a log: its first entry, before it is written. */
export interface NewLog {
  /** `log_…`. */
  readonly id: string;
  /** Host name of the owner or `writ.local`, `/`, log id. */
  readonly origin: string;
  readonly tenant: string;
  /** Written form of the first public key. */
  readonly key: string;
  /** Name and version, `writ/0.1.0`. */
  readonly product: string;
  readonly atMs: number;
  readonly actor: JsonObject;
  /** The log this one goes on from, where its key or its end was lost; root in base64. */
  readonly continues: { readonly log: string; readonly size: number; readonly root: string } | null;
}

export function logStarted({ origin, tenant, key, product, atMs, actor, continues }: NewLog): LogFacts {
  const fact = { type: "log_started", origin, tenant, key, product };
  return { atMs, actor, facts: [continues === null ? fact : { ...fact, continues }] };
}

/** The bytes of an entry of kind `log`. */
export function logEntryText(log: string, seq: number, { atMs, actor, facts }: LogFacts): string {
  return canonicalJson({ actor, at_ms: atMs, facts, kind: "log", log, seq, v: 1 });
}

/** @returns undefined unless the text is the first entry of a log */
export function readLogStart(text: string): LogStart | undefined {
  const entry = readStored(text);
  const [fact] = items(member(entry, "facts"));
  const [log, origin, tenant, key] = [
    member(entry, "log"),
    ...["origin", "tenant", "key"].map((name) => member(fact, name)),
  ];
  const isStart = member(entry, "seq") === 0 && member(fact, "type") === "log_started";
  return isStart && isText(log) && isText(origin) && isText(tenant) && isText(key)
    ? { log, origin, tenant, key }
    : undefined;
}

/** Whether nothing may follow this entry. */
export function isLogEnd(text: string): boolean {
  const entry = readStored(text);
  const facts = items(member(entry, "facts"));
  return member(entry, "kind") === "log" && facts.some((fact) => member(fact, "type") === "log_ended");
}

/** Commitments of the payloads that this entry says were erased. */
export function erasedBy(text: string): readonly Commit[] {
  const erasures = items(member(readStored(text), "facts")).filter(
    (fact) => member(fact, "type") === "payload_redacted",
  );
  return erasures
    .flatMap((fact) => items(member(fact, "payloads")).map((payload) => member(payload, "commit")))
    .filter(isText);
}

/** Commitments of the payloads born in an entry, in the order of their numbers: those of the input first. */
export function birthsOf(text: string): readonly Commit[] {
  const entry = readStored(text);
  const births: Commit[] = [];
  for (const name of ["input", "facts"]) walk(member(entry, name) ?? null, "", name, (value) => isBirth(value, births));
  return births;
}

function isBirth(value: Json, births: Commit[]): boolean {
  const commit = member(value, "$commit");
  if (!isText(commit) || member(value, "$as") === undefined) return false;
  births.push(commit);
  return true;
}
