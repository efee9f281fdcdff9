import type { Preview } from "../tool/preview.ts";

/** Why a person is asked, in words: a rule of the mode by what it says, any other by its name. */
export function gateWords(gate: string, tier: string): string {
  const [policy, mode, what] = gate.split(".");
  if (gate === "policy.always_approve") return "this tool asks every time, in every mode";
  if (gate === "policy.sensitive_path")
    return "it would write a file that acts by itself, with content that did not come from you";
  if (policy === "policy" && what === "plan") return `mode ${mode ?? ""} asks before a plan begins`;
  if (policy === "policy" && mode !== undefined && what !== undefined) return `mode ${mode} asks before every ${what}`;
  if (gate.startsWith("GATE_") || gate === "plan.gate") return `the plan asks for ${gate} before this step`;
  return `rule ${gate} asks before this ${tier}`;
}

const ANSWERS = new Set(["y", "yes", "n", "no", "v", "w", "l"]);

/**
 * The word a person types to approve a destructive step: the object's name
 * where it can be typed and is no other answer, else `approve` and the
 * beginning of the request's hash.
 *
 * @param bindingHash `sha256:` and 64 hex digits
 */
export function confirmationFor(preview: Preview, bindingHash: string): string {
  return confirmationWord(objectOf(preview), bindingHash);
}

export function confirmationWord(object: string, bindingHash: string): string {
  const canBeTyped = /^[!-~]([ -~]{0,38}[!-~])?$/.test(object);
  const isAnswer = ANSWERS.has(object.toLowerCase()) || object.length < 2;
  return canBeTyped && !isAnswer ? object : `approve ${bindingHash.replace("sha256:", "").slice(0, 8)}`;
}

function objectOf(preview: Preview): string {
  if (preview.kind === "files" && preview.changes.length === 1) return preview.changes[0]?.path.split("/").at(-1) ?? "";
  if (preview.kind === "command") return preview.argv[0]?.split("/").at(-1) ?? "";
  return "";
}
