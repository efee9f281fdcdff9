import { OrchestratorError, parseCanonical, readInclusion } from "@writ/core";
import { headOf } from "@writ/runtime";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { verifier } from "../compose-audit.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";
import { wholeNumber } from "../whole-number.ts";

/** `writ audit prove <run>`: proofs against a head signed for them, checked before they are handed out. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const only = wholeNumber(invocation, "--entry", 0);
  return atRunDesk(world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const { note, key, seqs, proofs } = await desk.proofs(id, only);
    if (seqs.length === 0)
      throw new OrchestratorError(
        "input_malformed",
        `entry ${String(only)} is not one of ${id}; see its entries with: writ audit prove ${id}`,
      );
    const isProven = proofs.every((text) => readInclusion(verifier, text, key) !== undefined);
    if (!isProven)
      throw new OrchestratorError(
        "log_corrupt",
        `an entry of ${id} does not hash to the signed head; see which with: writ audit verify`,
      );
    if (invocation.json) {
      terminal.json({ run: id, head: note, proofs: proofs.map(parseCanonical) });
      return 0;
    }
    const { size, time } = headOf(verifier, note);
    terminal.out(
      toldLines(terminal.screen(), {
        title: "Proven",
        sentence: `${counted(seqs.length, "entry", "entries")} of ${id} stand in the log of ${size}`,
        rows: [
          { label: "at", value: spans(seqs) },
          { label: "head", value: `signed ${time} by ${key.text}` },
        ],
        next: { title: "The proofs themselves, to be checked elsewhere", command: `writ audit prove ${id} --json` },
      }),
    );
    return 0;
  });
}

/** Positions with neighbours drawn together: `3–7, 9`. */
function spans(seqs: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const seq of seqs) {
    const last = runs.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else runs.push({ from: seq, to: seq });
  }
  return runs.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
