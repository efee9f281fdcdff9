import { OrchestratorError } from "@writ/core";

/** The server that commands ask in the place of a workspace, and what they prove themselves with. */
export interface ServerAddress {
  /** Without a slash at its end. */
  readonly url: string;
  /** A token; empty where none is set. */
  readonly token: string;
}

/**
 * The server a command line names, or the environment where it names none.
 *
 * @param given the value of `--server`
 * @throws OrchestratorError `input_malformed`, `server_insecure`
 */
export function serverAddress(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ServerAddress | null {
  const { WRIT_SERVER: set, WRIT_TOKEN: token = "" } = environment;
  const text = given ?? set;
  if (text === undefined || text === "") return null;
  return { url: urlOf(text, given === undefined ? "WRIT_SERVER" : "--server"), token: token.trim() };
}

function urlOf(text: string, source: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new OrchestratorError(
      "input_malformed",
      `${source} takes the address that writ serve prints, such as http://127.0.0.1:4400, and nothing else in it`,
    );
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw new OrchestratorError(
      "server_insecure",
      `${source}: ${url.host} is another machine, and http is not encrypted; put a proxy with TLS before it and use https`,
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** As a URL spells hosts: numbers are written out, letters are small. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.[0-9]+\.[0-9]+\.[0-9]+$/.test(host);
}
