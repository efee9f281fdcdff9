import { OrchestratorError, ROLES } from "@writ/core";
import { hasOption, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { userIdNamed } from "../compose-user.ts";
import { durationOption } from "../duration-option.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ token create --role ROLE`: shown once; the workspace keeps its digest alone. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const role = ROLES.find((each) => each === optionOf(invocation, "--role"));
  if (role === undefined)
    throw new OrchestratorError("usage", `say what it may do: writ token create --role ${ROLES.join("|")}`);
  const kind = hasOption(invocation, "--agent") ? "agent" : "user";
  return atDesk(world, invocation, async (desk) => {
    const answer = await desk.send({
      method: "token_create",
      role,
      kind,
      user: userIdNamed(world, optionOf(invocation, "--user") ?? null),
      label: optionOf(invocation, "--label") ?? null,
      ttl_ms: durationOption(invocation, "--expires"),
    });
    if (invocation.json) terminal.json(answer);
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Token",
          sentence: String(answer["token"]),
          rows: [
            { label: "role", value: kind === "agent" ? `${role}, for a program: it can never decide` : role },
            { label: "id", value: String(answer["id"]) },
            { label: "", value: "keep it now: it is shown this once" },
          ],
          next: { title: "Use it", command: 'curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:4400/me' },
        }),
      );
    return 0;
  });
}
