import { nodeHasher } from "@writ/adapters/system/sha256";
import { Tracing, type Config, type Store } from "@writ/runtime";

/** Spans of what this process drives; null where nobody wants any, and then no exporter is loaded. */
export async function tracingOf(
  { telemetry, model }: Pick<Config, "telemetry" | "model">,
  journal: Store["journal"],
  version: string,
): Promise<Tracing | null> {
  if (telemetry === null) return null;
  const { otlpTelemetry } = await import("@writ/adapters/system/otel");
  const { url, headers, capturesContent } = telemetry;
  return new Tracing({
    telemetry: otlpTelemetry({ url, headers, version }),
    journal,
    hash: nodeHasher,
    model: model?.model ?? null,
    capturesContent,
  });
}
