import { OrchestratorError } from "@writ/core";
import type { Environment, TrustedSettings } from "./schema.ts";

/** Where spans are sent. */
export interface TelemetryConfig {
  /** With the path of traces. */
  readonly url: string;
  /** Whether goals, arguments, outputs and reasons are sent along. */
  readonly capturesContent: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** The variable that is to hold the headers and is not set; null where all is there. */
  readonly unset: string | null;
}

const TRACES = "/v1/traces";

/**
 * @returns null where nobody said where to, or `OTEL_SDK_DISABLED` is `true`
 * @throws OrchestratorError `environment_invalid` if the variable of the headers holds something else
 */
export function telemetryOf(
  settings: TrustedSettings["telemetry"],
  variables: Pick<Environment, "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_SDK_DISABLED">,
  raw: Readonly<Record<string, string | undefined>>,
): TelemetryConfig | null {
  const base = variables.OTEL_EXPORTER_OTLP_ENDPOINT || settings?.otlp_url;
  const isOff = variables.OTEL_SDK_DISABLED?.toLowerCase() === "true";
  if (base === undefined || isOff) return null;
  const name = settings?.headers_env ?? null;
  const text = name === null ? undefined : raw[name];
  return {
    url: tracesUrl(base),
    capturesContent: settings?.capture_content ?? false,
    headers: name === null || text === undefined ? {} : headersIn(name, text),
    unset: text === undefined ? name : null,
  };
}

/** What must never be written anywhere: what headers say, and the part of it behind the name of a scheme. */
export function secretsIn(telemetry: TelemetryConfig | null): readonly string[] {
  return Object.values(telemetry?.headers ?? {}).flatMap((value) => [value, value.replace(/^\S+ +/, "")]);
}

/** The address of a collector is that of all it takes; one that is complete stays as it is. */
function tracesUrl(base: string): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(TRACES) ? path : `${path}${TRACES}`;
  return url.href;
}

const HEADER = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(\S(?:.*\S)?)\s*$/;
/** What HTTP lets stand in a header. */
const VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

function headersIn(variable: string, text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((pair): [string, string] => {
    const [, name, escaped] = HEADER.exec(pair) ?? [];
    const value = unescaped(escaped ?? "");
    if (name !== undefined && VALUE.test(value)) return [name.toLowerCase(), value];
    throw new OrchestratorError(
      "environment_invalid",
      `telemetry.headers_env names ${variable}, which holds no headers and nothing ran; set it to name=value, with commas between, or take headers_env out`,
    );
  });
  return Object.fromEntries(pairs);
}

/** Values are written as in a URL, so that one may hold a comma. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
