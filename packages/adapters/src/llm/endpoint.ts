import { err, isLoopback, ok, type Problem, type Result } from "@writ/core";

export interface ModelEndpoint {
  /** An address that `checkModelEndpoint` has let pass. */
  readonly baseUrl: URL;
  readonly model: string;
  /** Null where the endpoint wants none. Leaves in one header and in nothing else. */
  readonly apiKey: string | null;
  /** Null leaves it to the endpoint. */
  readonly temperature: number | null;
  readonly maxAnswerBytes: number;
  readonly prices: ModelPrices;
  /** Whether the spans that ask are recorded: said to the endpoint, so that it records what belongs to them. */
  readonly isTraced: boolean;
}

/** 1/1000 cent for a million tokens; 0 for a model of one's own. */
export interface ModelPrices {
  readonly input: number;
  readonly output: number;
}

/**
 * Whether a model may be asked at this address: loopback always, any other host
 * only when the person's own configuration lists it as `host` or `host:port`.
 *
 * @returns the address, or a problem `model_endpoint_invalid` or `outbound_refused`
 */
export function checkModelEndpoint(address: string, allowedHosts: readonly string[]): Result<URL, Problem> {
  const url = URL.parse(address);
  if (url === null) return err(invalid(`"${address}" is no URL`));
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return err(invalid(`${url.protocol}// is no way to reach a model`));
  if (url.username !== "" || url.password !== "")
    return err(invalid("the address of a model holds no user name or password"));
  if (url.search !== "" || url.hash !== "") return err(invalid("the address of a model has no query and no fragment"));
  if (isLoopback(url.hostname) || allowedHosts.includes(url.host) || allowedHosts.includes(url.hostname))
    return ok(url);
  return err({
    code: "outbound_refused",
    message: `the model at ${url.host} is not on this machine, and outbound is off`,
    place: { field: "base_url" },
    remedy: `allow ${url.host} in your own configuration, or use a model on this machine`,
  });
}

function invalid(message: string): Problem {
  return {
    code: "model_endpoint_invalid",
    message,
    place: { field: "base_url" },
    remedy: "write an address such as http://127.0.0.1:11434/v1",
  };
}
