import { isJsonObject } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { showApproval } from "../show-approval.ts";

/** `writ approvals ask-again <id>` */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  return atRunDesk(world, invocation, async (desk) => {
    const { view } = await desk.send({ method: "ask_again", approval: argumentOf(invocation, "id") ?? "" });
    await showApproval(desk, setting, isJsonObject(view) ? String(view["approval_id"]) : "");
    return 3;
  });
}
