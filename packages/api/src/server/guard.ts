import type { IncomingMessage } from "node:http";
import { OrchestratorError } from "@writ/core";

const BODY_LIMIT = 1_048_576;
const STATE_CHANGING: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);
/** Paths that one reads as they are written and another walks: no place here is called so. */
const WALKING = /\\|%00|%5c|[^!-~]|\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

/**
 * What is wrong with a request before anybody looks at what it wants: addressed to another host (a rebound name), sent
 * by another site, or of a shape that a proxy may read otherwise than we do. Null where nothing is.
 *
 * @param hosts values of `Host` that are ours, with their port
 */
export function refusalOf(request: IncomingMessage, hosts: ReadonlySet<string>): OrchestratorError | null {
  return foreignHost(request, hosts) ?? foreignOrigin(request, hosts) ?? wrongShape(request);
}

function foreignHost(request: IncomingMessage, hosts: ReadonlySet<string>): OrchestratorError | null {
  const named = headerValues(request, "host");
  const [host = ""] = named;
  const isOurs = named.length === 1 && hosts.has(host.toLowerCase()) && (request.url ?? "").startsWith("/");
  if (isOurs) return null;
  return new OrchestratorError("host_unknown", `this server answers to ${[...hosts].join(", ")} and to no other name`);
}

function foreignOrigin(request: IncomingMessage, hosts: ReadonlySet<string>): OrchestratorError | null {
  const { origin, "sec-fetch-site": site } = request.headers;
  const isOwn = origin === undefined || (origin.startsWith("http://") && hosts.has(origin.slice("http://".length)));
  // A page of another site may link here; it may not have this site act, or read what it answers.
  const isNavigation = request.method === "GET" && request.headers["sec-fetch-mode"] === "navigate";
  const isNear = site === undefined || site === "same-origin" || site === "none" || isNavigation;
  if (isOwn && isNear) return null;
  return new OrchestratorError(
    "origin_foreign",
    "another site asks; use this server's own pages, or a token without a browser",
  );
}

function wrongShape(request: IncomingMessage): OrchestratorError | null {
  const method = request.method ?? "";
  if (!METHODS.has(method))
    return new OrchestratorError(
      "method_not_allowed",
      `${shortened(method)} is no method of this server; use GET or POST`,
      { details: { allow: "GET, POST" } },
    );
  if (WALKING.test((request.url ?? "").split(/[?#]/)[0] ?? ""))
    return new OrchestratorError("route_not_found", "nothing is served here; see what is in: GET /openapi.json");
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > BODY_LIMIT) return tooLarge();
  const hasBody = length > 0 || request.headers["transfer-encoding"] !== undefined;
  const media = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (STATE_CHANGING.has(method) && hasBody && media !== "application/json")
    return new OrchestratorError("media_type_unsupported", "send JSON, with content-type: application/json");
  if (!STATE_CHANGING.has(method) && hasBody)
    return new OrchestratorError("body_malformed", `a ${method} has no body; send it without one`);
  return null;
}

export function tooLarge(): OrchestratorError {
  return new OrchestratorError(
    "body_too_large",
    `a request has at most ${BODY_LIMIT} bytes; put large texts into files`,
  );
}

/** All values of a header as they came, where Node would keep the first. */
function headerValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

function shortened(text: string): string {
  return text.slice(0, 20).replaceAll(/[^A-Z]/g, "?");
}
