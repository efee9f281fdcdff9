import { serverAddress } from "@writ/runtime";
import type { Command } from "./argv/command.ts";
import { hasOption, optionOf } from "./argv/invocation.ts";
import type { Setting } from "./command-module.ts";
import { unsupported } from "./remote/unsupported.ts";

/**
 * A command that a server cannot answer is not quietly carried out here instead.
 *
 * @throws OrchestratorError `remote_unsupported`, `input_malformed`, `server_insecure`
 */
export function assertServes(
  { name, server }: Pick<Command<unknown>, "name" | "server">,
  { invocation, world }: Pick<Setting, "invocation" | "world">,
): void {
  if (server === "asked" || serverAddress(optionOf(invocation, "--server"), world.environment) === null) return;
  // A variable that is set for other commands is no word about this one.
  if (server === "needless" && !hasOption(invocation, "--server")) return;
  throw unsupported(`writ ${name}`);
}
