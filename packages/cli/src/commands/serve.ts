import { durationMs, OrchestratorError } from "@writ/core";
import { hasOption, optionOf } from "../argv/invocation.ts";
import type { Log } from "@writ/runtime";
import type { ExitCode, Setting } from "../command-module.ts";
import { openDesk } from "../compose.ts";
import { serve, serverLog } from "../compose-serve.ts";
import { serveLines } from "../terminal/serve-view.ts";
import { wholeNumber } from "../whole-number.ts";

const USUAL_PORT = 4_400;
/** What calls under way get to answer when the server ends; what has not by then is taken up at the next start. */
const PATIENCE = durationMs(5_000);

const SILENT: Log = { write: () => undefined };

/** `writ serve`: API, event stream and dashboard on this machine, until Ctrl-C. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  const address = addressOf(optionOf(invocation, "--address") ?? "127.0.0.1");
  const port = wholeNumber(invocation, "--port", 0) ?? USUAL_PORT;
  if (port > 65_535) throw new OrchestratorError("usage", `there is no port ${port}; give one up to 65535`);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const desk = await openDesk(world, invocation);
  try {
    const isRead = terminal.errorScreen().form === "block";
    const log = hasOption(invocation, "--quiet") ? SILENT : serverLog(isRead, desk.config);
    const serving = await serve(world, desk, { address, port }, log);
    const { url, code } = serving;
    if (invocation.json) terminal.json({ url, port: serving.port, code, pid: process.pid, log: desk.store.log.id });
    else terminal.out(serveLines(terminal.screen(), { url, code }));
    await ended;
    await serving.close();
    return 0;
  } finally {
    await desk.close(PATIENCE);
  }
}

/** @throws OrchestratorError `address_not_loopback` */
function addressOf(text: string): "127.0.0.1" | "::1" {
  if (text === "127.0.0.1" || text === "localhost") return "127.0.0.1";
  if (text === "::1") return "::1";
  throw new OrchestratorError(
    "address_not_loopback",
    `${text} is reached from other machines, and what passes here is not encrypted; serve on 127.0.0.1, and put a proxy with TLS before it`,
  );
}
