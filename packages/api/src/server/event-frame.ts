import { epochMs, isJsonArray, isJsonObject, parseStrict, toRfc3339, type Json, type JsonObject } from "@writ/core";
import type { LogLine } from "@writ/runtime";

/** An entry as it leaves: made once, sent to all who listen. */
export interface EventFrame {
  readonly seq: number;
  /** Null for an entry about the log itself. */
  readonly run: string | null;
  /** The CloudEvent, JSON on one line. */
  readonly json: string;
  /** The same as a message of a stream. */
  readonly message: Buffer;
  readonly endsRun: boolean;
}

/** @param log the log's id */
export function eventFrame(log: string, { seq, run, version, bytes }: LogLine): EventFrame {
  const entry = parsed(bytes);
  const at = entry["at_ms"];
  const facts = isJsonArray(entry["facts"]) ? entry["facts"] : [];
  const document: JsonObject = {
    specversion: "1.0",
    id: String(seq),
    source: `urn:writ:log:${log}`,
    type: run === null ? "dev.writ.log.entry" : "dev.writ.run.entry",
    subject: run ?? log,
    time: toRfc3339(epochMs(typeof at === "number" ? at : 0)),
    datacontenttype: "application/json",
    data: { run_id: run, version, actor: entry["actor"] ?? null, input: typeOf(entry["input"]), facts },
  };
  const json = JSON.stringify(document);
  const message = Buffer.from(`id: ${seq}\ndata: ${json}\n\n`);
  return { seq, run, json, message, endsRun: facts.some((fact) => typeOf(fact) === "run_ended") };
}

/** What was left out of a stream whose reader was too slow; the stream goes on behind it. */
export function gapMessage(from: number, to: number): Buffer {
  return Buffer.from(`id: ${to}\nevent: gap\ndata: ${JSON.stringify({ from, to })}\n\n`);
}

/** Keeps a connection open, and tells nothing. */
export const HEARTBEAT = Buffer.from(": still here\n\n");

function parsed(bytes: string): JsonObject {
  const value = parseStrict(bytes);
  return isJsonObject(value) ? value : {};
}

function typeOf(value: Json | undefined): string | null {
  const type = isJsonObject(value) ? value["type"] : null;
  return typeof type === "string" ? type : null;
}
