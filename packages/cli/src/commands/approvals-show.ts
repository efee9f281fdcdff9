import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { showApproval } from "../show-approval.ts";

/** `writ approvals show <id>`: renders exactly the hashed bytes. */
export async function run(setting: Setting): Promise<ExitCode> {
  return atRunDesk(setting.world, setting.invocation, async (desk) => {
    await showApproval(desk, setting, argumentOf(setting.invocation, "id") ?? "");
    return 0;
  });
}
