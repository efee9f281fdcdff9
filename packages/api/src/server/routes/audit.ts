import { isJsonObject, OrchestratorError, parseCanonical, toHex } from "@writ/core";
import { growthSince, headOf, inclusionProofs, keysOfLog } from "@writ/runtime";
import { json, type Handlers } from "../call.ts";
import { knownRun } from "../known-run.ts";
import type { ServerPorts } from "../ports.ts";

const USUAL_ENTRIES = 1_000;

/** Proofs, for those who trust neither this machine nor us. */
export const AUDIT_HANDLERS: Handlers<"get_checkpoint" | "get_proof" | "get_consistency" | "list_entries"> = {
  async get_checkpoint({ media }, ports) {
    const { desk, platform } = ports;
    const note = await signedNow(ports);
    if (media === "text/plain") return { kind: "bytes", media: "text/plain; charset=utf-8", bytes: note };
    const { origin, size, root, time } = headOf(platform, note);
    const keys = (await keysOfLog(desk.store, platform)).map(({ seq, key }) => ({ since_entry: seq, key: key.text }));
    return json({ origin, size, time, note, root: `sha256:${toHex(root)}`, keys });
  },

  async get_proof({ query }, ports) {
    const { desk, platform } = ports;
    const note = await signedNow(ports);
    const { size } = headOf(platform, note);
    const own = query.task === undefined ? null : await desk.store.audit.positions(await knownRun(desk, query.task));
    const wanted = own ?? [query.entry ?? 0];
    const seqs = query.entry === undefined ? wanted : wanted.filter((seq) => seq === query.entry);
    if (seqs.length === 0 || seqs.some((seq) => seq >= size))
      throw new OrchestratorError("entry_not_found", `the log has ${size} entries, and none like this; name another`);
    const proofs = await inclusionProofs(desk.store, platform, seqs, note);
    return json({ head: note, proofs: proofs.map(parseCanonical) });
  },

  async get_consistency({ query }, ports) {
    const { desk, platform } = ports;
    const note = await signedNow(ports);
    const { size } = headOf(platform, note);
    if (query.since > size)
      throw new OrchestratorError(
        "entry_not_found",
        `the log has ${size} entries; if you hold a signed head of ${query.since}, it was rolled back: writ audit verify`,
      );
    const { older, proof } = await growthSince(desk.store, platform, query.since, note);
    const document = parseCanonical(proof);
    return json({
      head: note,
      older: { size: older.size, root: `sha256:${toHex(older.root)}` },
      proof: isJsonObject(document) ? document : {},
    });
  },

  async list_entries({ query }, { desk }) {
    const { from = 0, limit = USUAL_ENTRIES } = query;
    const lines: string[] = [];
    for await (const batch of desk.store.audit.lines(from, from + limit))
      lines.push(...batch.map(({ bytes }) => bytes));
    const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
    return {
      kind: "bytes",
      media: "application/jsonl",
      bytes: text,
      headers: { "x-writ-next": String(from + lines.length) },
    };
  },
};

async function signedNow({ desk }: Pick<ServerPorts, "desk">): Promise<string> {
  return String((await desk.send({ method: "sign_head" }))["note"]);
}
