import { isLoopback } from "@writ/core";
import type { Config } from "@writ/runtime";

/** What a person is told when a process takes a workspace into possession: what reaches further than they may think. */
export function takingNotices(config: Pick<Config, "model" | "telemetry">, uid: number | null): readonly string[] {
  return [...endpointNotices(config), ...telemetryNotices(config), ...rootNotices(uid)];
}

/** R8: a model that is not on this machine is named before it is asked. */
export function endpointNotices({ model }: Pick<Config, "model">): readonly string[] {
  const url = model === null ? null : URL.parse(model.baseUrl);
  if (model === null || url === null || isLoopback(url.hostname)) return [];
  return [`${model.model} at ${url.host} is not on this machine: goals, and what is read for them, are sent there`];
}

/** Where spans go is said as where a model is, and what is missing on the way there. */
function telemetryNotices({ telemetry }: Pick<Config, "telemetry">): readonly string[] {
  const url = telemetry === null ? null : URL.parse(telemetry.url);
  if (telemetry === null || url === null) return [];
  const what = telemetry.capturesContent
    ? "names and times of steps, and goals, arguments, outputs and reasons,"
    : "names and times of steps";
  return [
    ...(isLoopback(url.hostname)
      ? []
      : [`traces go to ${url.host}, which is not on this machine: ${what} are sent there`]),
    ...(telemetry.unset === null ? [] : [`${telemetry.unset} is not set: traces are sent without headers`]),
  ];
}

/** R18. */
function rootNotices(uid: number | null): readonly string[] {
  return uid === 0
    ? ["you are root: what acts outside the sandbox may touch everything; work as a user of your own"]
    : [];
}
