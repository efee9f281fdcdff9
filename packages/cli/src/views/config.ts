import { centsOf, type Json } from "@writ/core";
import { shownUrl, type Config, type MailConfig, type NamedSecret } from "@writ/runtime";
import type { ConfigLayers } from "../compose-config.ts";

/** One setting as it is in force, and who said so last. */
export interface ConfigRow {
  readonly key: string;
  readonly value: Json;
  readonly source: "default" | "user" | "user_for_this_workspace" | "environment" | "workspace";
  /** The file or the variable that says it; null for a default. */
  readonly where: string | null;
}

/** Every setting. What is secret is told as being there, never as what it is. */
export function configRows(layers: ConfigLayers): readonly ConfigRow[] {
  const { defaults, user, bound, environment, whole, userFile, workspaceFile } = layers;
  const [base, own, here, variables] = [defaults, user, bound, environment].map((config) => settingsOf(config));
  return [...settingsOf(whole)].map(([key, value]) => {
    const differs = (layer: ReadonlyMap<string, Json> | undefined, than: Json | undefined): boolean =>
      JSON.stringify(layer?.get(key)) !== JSON.stringify(than);
    if (differs(variables, value)) return { key, value, source: "workspace", where: workspaceFile };
    if (differs(here, value)) return { key, value, source: "environment", where: VARIABLES[key] ?? null };
    if (differs(own, value)) return { key, value, source: "user_for_this_workspace", where: userFile };
    if (differs(base, value)) return { key, value, source: "user", where: userFile };
    return { key, value, source: "default", where: null };
  });
}

/** The environment variable that sets each key. */
const VARIABLES: Readonly<Record<string, string>> = {
  "policy.mode": "POLICY_MODE",
  "budget.steps": "AUTONOMY_BUDGET",
  "budget.tool_calls": "AUTONOMY_BUDGET",
  "limits.rate_per_minute": "RATE_LIMIT",
  "limits.timeout_ms": "TIMEOUT",
  "model.base_url": "WRIT_MODEL_URL",
  "model.model": "WRIT_MODEL",
  "model.key": "WRIT_MODEL_KEY",
  "telemetry.otlp_url": "OTEL_EXPORTER_OTLP_ENDPOINT",
};

function settingsOf(config: Config): ReadonlyMap<string, Json> {
  const { policy, limits, model, telemetry } = config;
  return new Map<string, Json>([
    ["policy.mode", policy.mode],
    ["policy.ceiling", config.ceiling],
    ["policy.tools", policy.tools],
    ["policy.rules", policy.rules.map(({ id }) => id)],
    ["policy.gates", policy.gates.map(({ id }) => id)],
    ["lifts", policy.lifts.map(({ id }) => id)],
    ["outbound.hosts", policy.hosts],
    ["budget.steps", limits.steps],
    ["budget.tool_calls", limits.tool_calls],
    ["budget.tokens", limits.tokens],
    ["budget.cost_cents", centsOf(limits.cost_millicents)],
    ["budget.wall_clock_ms", limits.wall_clock_ms],
    ["budget.replans", limits.replans],
    ["budget.retries", limits.retries],
    ["budget.retries_per_step", limits.retries_per_step],
    ["approvals.ttl_ms", config.approvalTtlMs],
    ["approvals.sla_ms", config.approvalSlaMs],
    ["limits.rate_per_minute", config.callsPerMinute],
    ["limits.timeout_ms", config.timeoutMs],
    ["limits.width", config.width],
    ["on_fatal", config.onFatal],
    ["webhooks", config.webhooks.map(({ name }) => name)],
    ...config.webhooks.flatMap(({ name, url, secrets, events }): [string, Json][] => [
      [`webhooks.${name}.url`, shownUrl(url)],
      [`webhooks.${name}.secret`, secrets.map(shownSecret)],
      [`webhooks.${name}.events`, events],
    ]),
    ["mail", config.mail === null ? null : `${config.mail.host}:${config.mail.port}`],
    ...(config.mail === null ? [] : mailSettings(config.mail)),
    ["model.base_url", model?.baseUrl ?? null],
    ["model.model", model?.model ?? null],
    ["model.max_tokens", model?.maxTokens ?? null],
    ["model.key", model?.apiKey == null ? null : "set, not shown"],
    ["telemetry.otlp_url", telemetry?.url ?? null],
    ["telemetry.capture_content", telemetry?.capturesContent ?? false],
    ["telemetry.headers", Object.keys(telemetry?.headers ?? {}).length === 0 ? null : "set, not shown"],
  ]);
}

function mailSettings({ from, to, user, password, secure, events }: MailConfig): readonly [string, Json][] {
  return [
    ["mail.secure", secure],
    ["mail.from", from],
    ["mail.to", to],
    ["mail.user", user === null ? null : shownSecret(user)],
    ["mail.password", password === null ? null : shownSecret(password)],
    ["mail.events", events],
  ];
}

function shownSecret({ variable, value }: NamedSecret): string {
  return `${variable}, ${value === null ? "not set" : "set, not shown"}`;
}
