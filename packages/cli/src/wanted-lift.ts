import type { Desk } from "@writ/runtime";
import {
  fromRfc3339,
  OrchestratorError,
  parseExpression,
  type EpochMs,
  type Lift,
  type Policy,
  type ToolSpec,
} from "@writ/core";
import { optionOf, type Invocation } from "./argv/invocation.ts";
import { toolNamed } from "./tool-named.ts";

/** A lift a person asks for, and the tools of its pattern that it cannot lift. */
export interface WantedLift {
  readonly lift: Lift;
  readonly never: readonly string[];
}

const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Names that stand in records for something else. */
const TAKEN: ReadonlySet<string> = new Set(["allowlist", "egress", "outbound_off", "schema", "ledger"]);
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a bounded, named lift from the command line (R2): a tool or an area, and
 * at least one of folder, condition and end. Nothing destructive is ever lifted.
 *
 * @throws OrchestratorError `input_malformed`, `tool_not_found`, `policy_denied`, `rule_exists`
 */
export function wantedLift(desk: Pick<Desk, "toolRules" | "config">, invocation: Invocation, now: EpochMs): WantedLift {
  const tool = optionOf(invocation, "--tool");
  if (tool === undefined) throw malformed("say which tool the lift is for, such as: --tool docs.write_doc");
  const named = toolsOf(desk, tool);
  const liftable = named.filter(canBeLifted);
  if (named.every((spec) => spec.tier === "read_only"))
    throw malformed(`${tool} is read_only and asks in no mode; there is nothing to lift`);
  if (liftable.length === 0)
    throw new OrchestratorError(
      "policy_denied",
      `${tool} always asks: no rule lifts the gate of what is destructive or marked so`,
    );
  const bounds = {
    folder: folderOf(optionOf(invocation, "--folder"), tool, liftable),
    when: conditionOf(optionOf(invocation, "--when")),
    expiresAtMs: endOf(optionOf(invocation, "--expires"), now),
  };
  if (bounds.folder === null && bounds.when === null && bounds.expiresAtMs === null) {
    throw malformed("a lift needs a bound; add at least one of --folder, --when and --expires");
  }
  const id = freeId(desk.config.policy, optionOf(invocation, "--id"), tool);
  return { lift: { id, tool, ...bounds }, never: named.filter(isRefused).map((spec) => spec.name) };
}

function toolsOf(desk: Pick<Desk, "toolRules">, pattern: string): readonly ToolSpec[] {
  if (!pattern.endsWith(".*")) return [toolNamed(desk, pattern).spec];
  const area = pattern.slice(0, -1);
  const specs = [...desk.toolRules.values()].map((each) => each.spec).filter((spec) => spec.name.startsWith(area));
  if (specs.length > 0) return specs;
  throw new OrchestratorError("tool_not_found", `no tool is named ${pattern}; see them with: writ tools list`);
}

function canBeLifted({ tier, traits }: ToolSpec): boolean {
  return tier !== "destructive" && tier !== "read_only" && !traits.alwaysApprove;
}

function isRefused({ tier, traits }: ToolSpec): boolean {
  return tier === "destructive" || traits.alwaysApprove;
}

function folderOf(text: string | undefined, tool: string, specs: readonly ToolSpec[]): string | null {
  if (text === undefined) return null;
  const folder = text.replace(/\/+$/, "");
  const isInside =
    folder !== "" &&
    !folder.startsWith("/") &&
    !folder.split("/").some((part) => part === ".." || part === "." || part === "");
  if (!isInside) throw malformed(`--folder takes a folder of the workspace, such as briefs, not "${text}"`);
  if (specs.some((spec) => spec.traits.writes.length > 0)) return folder;
  throw malformed(
    `no argument of ${tool} says which file it writes, so a folder cannot bound it; bound it with --when or --expires`,
  );
}

function conditionOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const parsed = parseExpression(text);
  if (parsed.ok) return text;
  throw malformed(`--when cannot be read as a condition over args; write it as: --when 'args.path == "notes.md"'`);
}

/** An instant, or a time from now: `2026-12-24T00:00:00Z`, `7d`. */
function endOf(text: string | undefined, now: EpochMs): number | null {
  if (text === undefined) return null;
  const [, count, unit = ""] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? fromRfc3339(text) : now + Number(count) * (UNITS[unit] ?? 0);
  if (at === null)
    throw malformed(
      `--expires takes a time from now such as 7d, or an instant such as 2026-12-24T00:00:00Z, not "${text}"`,
    );
  if (at > now) return at;
  throw malformed(`--expires ${text} is over already; give a later instant`);
}

function freeId(policy: Policy, given: string | undefined, tool: string): string {
  const known = new Set([...policy.lifts, ...policy.rules, ...policy.gates].map((each) => each.id));
  if (given !== undefined) {
    if (!ID.test(given) || TAKEN.has(given))
      throw malformed(`--id takes small letters, digits, - and _, not "${given}"`);
    if (known.has(given))
      throw new OrchestratorError(
        "rule_exists",
        `${given} is the name of a rule already; choose another with --id, or take it back with: writ policy unlift ${given}`,
      );
    return given;
  }
  const stem = `lift-${tool.replaceAll(/[^a-z0-9_]+/g, "-").replace(/-+$/, "")}`;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!known.has(id)) return id;
  }
}

function malformed(message: string): OrchestratorError {
  return new OrchestratorError("input_malformed", message);
}
