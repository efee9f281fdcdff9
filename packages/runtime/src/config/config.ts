import {
  millicentsOf,
  boundsIn,
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  fromRfc3339,
  loosened,
  OrchestratorError,
  reaches,
  relaxes,
  tightened,
  type ApprovalMode,
  type BudgetDocument,
  type Lift,
  type Limits,
  type Policy,
  type Problem,
  type Rule,
} from "@writ/core";
import { ownGates, tightenedGates } from "./gates.ts";
import { mailOf, webhookOf, type MailConfig, type WebhookConfig } from "./outgoing.ts";
import { readConfigFile } from "./read-file.ts";
import { secretsIn, telemetryOf, type TelemetryConfig } from "./telemetry.ts";
import {
  environment,
  milliseconds,
  userFile,
  workspaceFile,
  type Environment,
  type TrustedSettings,
  type WorkspaceFile,
} from "./schema.ts";

/** Everything that is configurable, resolved. */
export interface Config {
  readonly policy: Policy;
  readonly ceiling: ApprovalMode;
  readonly limits: Limits;
  readonly approvalTtlMs: number;
  /** How long a request may wait before it is escalated, once. */
  readonly approvalSlaMs: number;
  readonly callsPerMinute: number;
  readonly timeoutMs: number;
  readonly width: number;
  readonly onFatal: "pause" | "fail";
  readonly model: ModelConfig | null;
  /** Requests to `writ serve`: of one token, and of all. */
  readonly serve: { readonly perMinute: number; readonly allPerMinute: number };
  /** Null where nothing is sent. */
  readonly telemetry: TelemetryConfig | null;
  /** Who is told outside of what waits and what ended. */
  readonly webhooks: readonly WebhookConfig[];
  readonly mail: MailConfig | null;
  /** Values that must never be written anywhere. */
  readonly secrets: readonly string[];
  /** Where each part came from, for people: `default`, a file, `environment`, `flag`. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface ModelConfig {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
  readonly maxTokens: number;
  /** 1/1000 cent for a million tokens; 0 for a model of one's own. */
  readonly prices: { readonly input: number; readonly output: number };
}

export interface ConfigSources {
  /** The user's own file, which may loosen. */
  readonly user: { readonly file: string; readonly text: string } | null;
  /** The workspace's file, which may only tighten. */
  readonly workspace: { readonly file: string; readonly text: string } | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the workspace, to which parts of the user's file are bound. */
  readonly root: string | null;
}

const DEFAULT_TTL = 86_400_000;
const DEFAULT_SLA = 3_600_000;
const DEFAULT_RATE = 60;
const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_WIDTH = 4;
const DEFAULT_REQUESTS = 12_000;
const DEFAULT_ALL_REQUESTS = 60_000;
const DEFAULT_MODEL_TOKENS = 4_096;

/**
 * One schema; file, then environment. What lies in a workspace may only tighten.
 *
 * @throws OrchestratorError `config_invalid` with file, line and column; `environment_invalid`; `policy_relaxation`
 */
export function readConfig(sources: ConfigSources): Config {
  const variables = readEnvironment(sources.environment);
  const user = sources.user === null ? {} : readConfigFile(sources.user.file, sources.user.text, userFile);
  const bound = sources.root === null ? undefined : user.workspaces?.[sources.root];
  const base = fromUser(user, bound, variables, sources.environment);
  return sources.workspace === null
    ? base
    : tightenedBy(
        base,
        sources.workspace.file,
        readConfigFile(sources.workspace.file, sources.workspace.text, workspaceFile),
      );
}

function readEnvironment(variables: ConfigSources["environment"]): Environment {
  const parsed = environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue): Problem => {
    const name = String(issue.path[0] ?? "");
    return {
      code: "environment_invalid",
      message: `${name}=${variables[name] ?? ""}: ${issue.message}`,
      place: { field: name },
      remedy: `unset ${name}, or give it a value it takes`,
    };
  });
  const [first] = problems;
  throw new OrchestratorError(
    "environment_invalid",
    `${first?.message ?? "an environment variable is wrong"}; ${first?.remedy ?? "unset it"}`,
    { problems },
  );
}

function fromUser(
  user: TrustedSettings,
  bound: TrustedSettings | undefined,
  variables: Environment,
  raw: ConfigSources["environment"],
): Config {
  const policy = { ...user.policy, ...bound?.policy };
  const limits = { ...user.limits, ...bound?.limits };
  const budget = applied(applied(DEFAULT_LIMITS, user.budget), bound?.budget);
  const model = modelOf(bound?.model ?? user.model, variables, raw);
  const telemetry = telemetryOf(bound?.telemetry ?? user.telemetry, variables, raw);
  const webhooks = [...(user.webhooks ?? []), ...(bound?.webhooks ?? [])].map((each) => webhookOf(each, raw));
  const writtenMail = bound?.mail ?? user.mail;
  const mail = writtenMail === undefined ? null : mailOf(writtenMail, raw);
  const hosts = [...(user.outbound?.hosts ?? []), ...(bound?.outbound?.hosts ?? [])];
  return {
    policy: {
      mode: variables.POLICY_MODE ?? policy.mode ?? DEFAULT_POLICY.mode,
      tools: policy.tools ?? DEFAULT_POLICY.tools,
      hosts,
      rules: (policy.rules ?? []).map(ruleOf),
      lifts: [...(user.lifts ?? []), ...(bound?.lifts ?? [])].map(liftOf),
      gates: ownGates(policy.gates ?? []),
    },
    ceiling: policy.ceiling ?? "destructive",
    limits:
      variables.AUTONOMY_BUDGET === undefined
        ? budget
        : {
            ...budget,
            steps: variables.AUTONOMY_BUDGET,
            tool_calls: Math.max(budget.tool_calls, variables.AUTONOMY_BUDGET * 4),
          },
    approvalTtlMs: durationOf(bound?.approvals?.ttl ?? user.approvals?.ttl, DEFAULT_TTL),
    approvalSlaMs: durationOf(bound?.approvals?.sla ?? user.approvals?.sla, DEFAULT_SLA),
    callsPerMinute: variables.RATE_LIMIT ?? limits.rate_per_minute ?? DEFAULT_RATE,
    timeoutMs: durationOf(variables.TIMEOUT ?? limits.timeout, DEFAULT_TIMEOUT),
    width: limits.width ?? DEFAULT_WIDTH,
    onFatal: bound?.on_fatal ?? user.on_fatal ?? "pause",
    model,
    serve: serveOf(bound?.serve ?? user.serve),
    telemetry,
    webhooks,
    mail,
    secrets: [
      model?.apiKey ?? null,
      mail?.password?.value ?? null,
      ...webhooks.flatMap(({ secrets }) => secrets.map(({ value }) => value)),
      ...secretsIn(telemetry),
    ].filter((secret) => secret !== null),
    sources: sourcesOf(variables, user, bound),
  };
}

function serveOf(settings: TrustedSettings["serve"]): Config["serve"] {
  return {
    perMinute: settings?.requests_per_minute ?? DEFAULT_REQUESTS,
    allPerMinute: settings?.requests_per_minute_all ?? DEFAULT_ALL_REQUESTS,
  };
}

function sourcesOf(
  variables: Environment,
  user: TrustedSettings,
  bound: TrustedSettings | undefined,
): Config["sources"] {
  const from = (part: keyof TrustedSettings): string =>
    bound?.[part] !== undefined
      ? "your configuration, for this workspace"
      : user[part] !== undefined
        ? "your configuration"
        : "default";
  return {
    policy_mode: variables.POLICY_MODE === undefined ? from("policy") : "environment POLICY_MODE",
    budget: variables.AUTONOMY_BUDGET === undefined ? from("budget") : "environment AUTONOMY_BUDGET",
    outbound: from("outbound"),
    model: variables.WRIT_MODEL_URL === undefined ? from("model") : "environment WRIT_MODEL_URL",
    telemetry: variables.OTEL_EXPORTER_OTLP_ENDPOINT ? "environment OTEL_EXPORTER_OTLP_ENDPOINT" : from("telemetry"),
    approvals: from("approvals"),
    limits: from("limits"),
  };
}

function ruleOf({
  id,
  effect,
  tool,
  when,
}: {
  id: string;
  effect: Rule["effect"];
  tool: string;
  when?: string | undefined;
}): Rule {
  return { id, effect, tool, when: when ?? null };
}

function liftOf(lift: NonNullable<TrustedSettings["lifts"]>[number]): Lift {
  return {
    id: lift.id,
    tool: lift.tool,
    when: lift.when ?? null,
    folder: lift.folder ?? null,
    expiresAtMs: lift.expires === undefined ? null : fromRfc3339(lift.expires),
  };
}

function durationOf(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : milliseconds(text);
}

function applied(limits: Limits, budget: WorkspaceFile["budget"]): Limits {
  return { ...limits, ...boundsIn(documentOf(budget)) };
}

function documentOf(budget: WorkspaceFile["budget"]): BudgetDocument {
  if (budget === undefined) return {};
  const { wall_clock, ...counts } = budget;
  return { ...counts, ...(wall_clock === undefined ? {} : { wall_clock_ms: milliseconds(wall_clock) }) };
}

function modelOf(
  model: TrustedSettings["model"],
  variables: Environment,
  raw: ConfigSources["environment"],
): ModelConfig | null {
  const baseUrl = variables.WRIT_MODEL_URL ?? model?.base_url;
  const name = variables.WRIT_MODEL ?? model?.model;
  if (baseUrl === undefined) return null;
  if (name === undefined)
    throw new OrchestratorError(
      "environment_invalid",
      "WRIT_MODEL_URL is set without WRIT_MODEL; name the model, such as: WRIT_MODEL=qwen3",
    );
  const key = variables.WRIT_MODEL_KEY ?? (model?.api_key_env === undefined ? undefined : raw[model.api_key_env]);
  const { input, output } = model?.prices ?? { input: 0, output: 0 };
  return {
    baseUrl,
    model: name,
    apiKey: key ?? null,
    maxTokens: model?.max_tokens ?? DEFAULT_MODEL_TOKENS,
    prices: { input: millicentsOf(input), output: millicentsOf(output) },
  };
}

/** @throws OrchestratorError `policy_relaxation` for each field in which the workspace asks for more */
function tightenedBy(base: Config, file: string, wanted: WorkspaceFile): Config {
  const problems: Problem[] = [];
  const refuse = (field: string, message: string): void => {
    problems.push({
      code: "policy_relaxation",
      message,
      place: { file, field },
      remedy: "put it into your own configuration: writ config show",
    });
  };
  const mode = wanted.policy?.mode;
  if (mode !== undefined && relaxes(mode, base.policy.mode))
    refuse("policy.mode", `a workspace may only tighten: ${mode} is looser than ${base.policy.mode}`);
  const ceiling = wanted.policy?.ceiling ?? base.ceiling;
  if (!reaches(base.ceiling, ceiling))
    refuse("policy.ceiling", `a workspace may only tighten: ${ceiling} reaches further than ${base.ceiling}`);
  const gates = tightenedGates(base.policy.gates, wanted.policy?.gates ?? []);
  for (const { gate, known } of gates.ok ? [] : gates.error)
    refuse(
      "policy.gates",
      `a workspace may only tighten: ${gate.id} asks ${known.role}, quorum ${known.quorum}; here ${gate.role}, quorum ${gate.quorum ?? known.quorum}`,
    );
  const budget = documentOf(wanted.budget);
  for (const { field, allowed } of loosened(base.limits, budget)) {
    const key = field === "wall_clock_ms" ? "wall_clock" : field;
    refuse(`budget.${key}`, `a workspace may only tighten: ${field} is ${allowed}`);
  }
  const ttl = durationOf(wanted.approvals?.ttl, base.approvalTtlMs);
  if (ttl > base.approvalTtlMs) refuse("approvals.ttl", "a workspace may only shorten how long an approval waits");
  const sla = durationOf(wanted.approvals?.sla, base.approvalSlaMs);
  if (sla > base.approvalSlaMs) refuse("approvals.sla", "a workspace may only shorten when an approval is escalated");
  const callsPerMinute = wanted.limits?.rate_per_minute ?? base.callsPerMinute;
  const timeoutMs = durationOf(wanted.limits?.timeout, base.timeoutMs);
  const width = wanted.limits?.width ?? base.width;
  const bounds = [
    ["rate_per_minute", callsPerMinute, base.callsPerMinute],
    ["timeout", timeoutMs, base.timeoutMs],
    ["width", width, base.width],
  ] as const;
  for (const [field, asked, allowed] of bounds)
    if (asked > allowed) refuse(`limits.${field}`, `a workspace may only tighten: ${field} is ${allowed}`);
  const tools = wanted.policy?.tools;
  if (
    tools !== undefined &&
    !base.policy.tools.includes("*") &&
    tools.some((tool) => !base.policy.tools.includes(tool))
  )
    refuse("policy.tools", "a workspace may only take tools away");
  if (problems.length > 0)
    throw new OrchestratorError(
      "policy_relaxation",
      `${file} asks for more than your configuration allows and nothing ran; a workspace may only tighten`,
      { problems },
    );
  return {
    ...base,
    policy: {
      ...base.policy,
      mode: mode ?? base.policy.mode,
      tools: tools ?? base.policy.tools,
      rules: [...base.policy.rules, ...(wanted.policy?.rules ?? []).map(ruleOf)],
      gates: gates.ok ? gates.value : base.policy.gates,
    },
    ceiling,
    limits: tightened(base.limits, budget),
    approvalTtlMs: ttl,
    approvalSlaMs: sla,
    callsPerMinute,
    timeoutMs,
    width,
    onFatal: wanted.on_fatal ?? base.onFatal,
    sources: { ...base.sources, workspace: file },
  };
}
