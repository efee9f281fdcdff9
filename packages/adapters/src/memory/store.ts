import { erasedBy, isJsonObject, OrchestratorError, parseCanonical, parseId, type StoredEntry } from "@writ/core";
import type { AuditLog, Documents, Journal, Store } from "@writ/runtime";

import { memoryDeliveries } from "./deliveries.ts";
import type { MemoryLog } from "./log.ts";

/** Entries handed out at once. */
const BATCH = 512;

/**
 * A store over a log in memory, for tests and `--ephemeral`. An append is kept
 * when the call returns; nothing waits for a disk or a timer, so a simulator
 * decides every order.
 */
export function openMemoryStore(log: MemoryLog): Store {
  const gate = { isClosed: false };
  const open = (): MemoryLog => {
    if (gate.isClosed)
      throw new OrchestratorError("audit_unavailable", "the store is closed; open the workspace again");
    return log;
  };
  return {
    log: { id: log.start.id, origin: log.start.origin, tenant: log.start.tenant },
    journal: journalOf(open),
    views: log.views,
    documents: documentsOf(open),
    audit: auditOf(open),
    doors: log.doors,
    deliveries: memoryDeliveries(open),
    async close() {
      gate.isClosed = true;
    },
  };
}

function journalOf(open: () => MemoryLog): Journal {
  return {
    async read(run, from = 1, through) {
      const log = open();
      return log
        .positions(run)
        .slice(from - 1, through)
        .flatMap((seq) => storedAt(log, seq));
    },
    append: async (draft) => ({ seq: open().append(draft) }),
  };
}

function documentsOf(open: () => MemoryLog): Documents {
  return {
    async get(digest) {
      const bytes = open().documents.get(digest);
      if (bytes === undefined) return null;
      const document = parseCanonical(bytes);
      if (isJsonObject(document)) return document;
      throw new OrchestratorError("log_corrupt", "a document of the log is not an object", { details: { digest } });
    },
    async put(documents) {
      const kept = open().documents;
      for (const { digest, bytes } of documents) if (!kept.has(digest)) kept.set(digest, bytes);
    },
  };
}

function auditOf(open: () => MemoryLog): AuditLog {
  return {
    async head() {
      const { size, frontier } = open().tree;
      return { size, frontier: [...frontier] };
    },
    async *entries(from, to) {
      const log = open();
      const end = Math.min(to, log.entries.length);
      for (let start = from; start < end; start += BATCH) {
        yield log.entries.slice(start, Math.min(start + BATCH, end)).flatMap(({ seq }) => storedAt(log, seq));
      }
    },
    async *lines(from, to) {
      yield open()
        .entries.slice(from, to)
        .map(({ seq, run, version, bytes }) => ({ seq, run, version, bytes }));
    },
    tile: async (level, index) => open().tiles.get(`${level}/${index}`) ?? null,
    positions: async (run) => [...open().positions(run)],
    async signedHead() {
      const heads = open().signedHeads;
      const size = Math.max(...heads.keys());
      const note = heads.get(size);
      return note === undefined ? null : { size, note };
    },
    async signedHeads(over, upTo) {
      const held = [...open().signedHeads].filter(([size]) => size > over && size <= upTo);
      return held.map(([size, note]) => ({ size, note })).toSorted((a, b) => a.size - b.size);
    },
    async putSignedHead(size, note) {
      const heads = open().signedHeads;
      if (!heads.has(size)) heads.set(size, note);
    },
    appendLog: async (facts) => ({ seq: open().appendFacts(facts) }),
    appendPlaced: async (make) => ({ seq: open().appendFacts(make(open().tree.size)) }),
    redact: async (erasure) => ({ seq: open().erase(erasure) }),
    async redacted() {
      const log = open();
      return new Set([...log.erasures].flatMap((seq) => erasedBy(log.entries[seq]?.bytes ?? "")));
    },
    async redactedRuns() {
      const erased = open().entries.filter(({ payloads }) => payloads.some(({ salt }) => salt === null));
      const runs = new Set(erased.map(({ run }) => run ?? ""));
      return [...runs].toSorted().flatMap((text) => {
        const run = parseId("run", text);
        return run.ok ? [run.value] : [];
      });
    },
  };
}

/** A copy whose payloads stay as they are now. */
function storedAt(log: MemoryLog, seq: number): readonly StoredEntry[] {
  const entry = log.entries[seq];
  return entry === undefined ? [] : [{ ...entry, payloads: [...entry.payloads] }];
}
