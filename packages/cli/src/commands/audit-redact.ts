import { REDACTION_REASONS } from "@writ/runtime";
import { optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { ownBackups } from "../compose-upkeep.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";
import { wholeRunId } from "../whole-run-id.ts";

/** `writ audit redact <run>`: a person's to do, with the full id, because nothing brings the values back. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const id = wholeRunId(invocation, "erasing");
  const wanted = optionOf(invocation, "--reason") ?? "erasure_request";
  const reason = REDACTION_REASONS.find((each) => each === wanted) ?? "other";
  return atDesk(world, invocation, async (desk) => {
    const answer = await desk.send({ method: "audit_redact", run: id, reason });
    const backups = ownBackups(desk.folder);
    if (invocation.json) terminal.json({ run: id, reason, ...answer, backups });
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Erased",
          sentence: `${counted(Number(answer["payloads"]), "payload")} of ${id}; what it did and every proof stay`,
          rows: [
            { label: "entry", value: `${String(answer["seq"])} says so, reason ${reason}` },
            ...backups.map((folder) => ({ label: "backup", value: `${folder} still holds it; delete it` })),
            { label: "not here", value: "backups and exports that left before" },
          ],
          next: { title: "The log still holds", command: "writ audit verify" },
        }),
      );
    return 0;
  });
}
