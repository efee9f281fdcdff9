import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { isDigest, OrchestratorError } from "@writ/core";
import { approvalReceipt } from "@writ/runtime";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { verifier } from "../compose-audit.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ audit receipt <approval> FILE` */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const name = argumentOf(invocation, "file") ?? "";
  const file = resolve(world.cwd, name);
  return atDesk(world, invocation, async (desk) => {
    const view = await desk.approvalNamed(argumentOf(invocation, "approval") ?? "");
    const { binding_hash: binding } = view;
    if (view.status === "waiting" || !isDigest(binding))
      throw new OrchestratorError(
        "nothing_to_answer",
        `${view.approval_id} is not decided, so there is nothing to prove of it yet; see: writ approvals show ${view.approval_id}`,
      );
    const note = String((await desk.send({ method: "sign_head" }))["note"]);
    const receipt = await approvalReceipt(desk.store, verifier, await desk.runNamed(view.run_id), binding, note);
    writeNew(file, receipt);
    if (invocation.json)
      terminal.json({ approval: view.approval_id, binding_hash: binding, status: view.status, file });
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Receipt",
          sentence: `${name} · ${view.approval_id}, ${view.status}`,
          rows: [{ label: "binding", value: binding }],
          next: { title: "Verify", command: `writ verify-bundle ${name}` },
        }),
      );
    return 0;
  });
}

/** Never over another file. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new OrchestratorError(
      "file_io",
      `${file} cannot be written; name a file that does not exist in a folder of yours`,
      { details: { file }, cause: error },
    );
  }
}
