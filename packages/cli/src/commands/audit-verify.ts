import type { LogFinding } from "@writ/runtime";
import { checkLog } from "@writ/runtime";
import { exitOf } from "@writ/core";
import { optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { rememberedHead, verifier } from "../compose-audit.ts";
import { readGiven } from "../read-given.ts";
import { auditLines } from "../terminal/audit-view.ts";
import { auditNotes, auditView } from "../views/audit.ts";

/** `writ audit verify`: from the raw bytes, without becoming the owner. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const given = optionOf(invocation, "--last-seen");
  return atDesk(world, invocation, async (desk) => {
    const own = await rememberedHead(world, desk.store.log.id);
    const notes = [own ?? [], given === undefined ? [] : readGiven(world, given).toString("utf8")].flat();
    const began = systemClockOf().now();
    const report = await checkLog(desk.store, verifier, notes);
    const now = systemClockOf().now();
    const exit = exitOfFindings(report.findings);
    if (invocation.json)
      terminal.json({ ok: exit === 0, exit, ...report, notes: auditNotes(report, now), took_ms: now - began });
    else terminal.out(auditLines(terminal.screen(), auditView(report, { now, tookMs: now - began })));
    return exit;
  });
}

/** What a look at the log says to the shell. */
function exitOfFindings(findings: readonly LogFinding[]): ExitCode {
  const exit = exitOf(findings.map(({ code }) => code));
  return exit === 1 || exit === 2 || exit === 5 ? exit : exit === 0 ? 0 : 5;
}
