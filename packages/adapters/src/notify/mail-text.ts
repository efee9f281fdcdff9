import { isJsonObject, parseStrict, type JsonObject } from "@writ/core";

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** What is shown of an id or a word; none of ours is longer. */
const LONGEST_WORD = 120;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** An event as a person reads it: what happened, and the command to look at it. Nothing of the request stands in it. */
export function mailText(body: string): MailText {
  const event = parseStrict(body);
  const type = isJsonObject(event) ? word(event, "type") : "";
  const data = isJsonObject(event) ? event["data"] : null;
  const { title, sentence, command } = said(type, data !== undefined && isJsonObject(data) ? data : {});
  return {
    subject: `Writ: ${title}`,
    text: [
      sentence,
      "",
      "Look at it in its workspace:",
      "",
      `  ${command}`,
      "",
      "What it would do is not in this mail, and no answer to it decides anything.",
      "",
    ].join("\n"),
  };
}

interface Said {
  readonly title: string;
  readonly sentence: string;
  readonly command: string;
}

function said(type: string, data: JsonObject): Said {
  const [run, step, approval] = [word(data, "run_id"), word(data, "step"), word(data, "approval_id")];
  const command = `writ approvals show ${approval}`;
  const reach = `\nIts tier is ${word(data, "tier")}.`;
  switch (type) {
    case "dev.writ.approval.created":
      return { title: `step ${step} asks you`, sentence: `Step ${step} of ${run} asks you.${reach}`, command };
    case "dev.writ.approval.escalated": {
      const waited = waitedFor(data["waited_ms"]);
      return {
        title: `step ${step} has asked you for ${waited}`,
        sentence: `Step ${step} of ${run} has asked you for ${waited} and still waits.${reach}`,
        command,
      };
    }
    case "dev.writ.approval.decided": {
      const decision = DECISIONS[word(data, "decision")] ?? "decided";
      return {
        title: `step ${step}: ${decision}`,
        sentence: `The request of step ${step} of ${run}: ${decision}.`,
        command,
      };
    }
    default: {
      const outcome = word(data, "outcome");
      return { title: `a run ended: ${outcome}`, sentence: `${run} ended: ${outcome}.`, command: `writ show ${run}` };
    }
  }
}

const DECISIONS: Readonly<Record<string, string>> = {
  granted: "approved",
  denied: "denied",
  expired: "expired, nobody answered",
  voided: "void, because what it stood on moved",
};

/** A step is named by whoever wrote the plan: what could end a line or act on a terminal is left out. */
function word(data: JsonObject, name: string): string {
  const value = data[name];
  if (typeof value !== "string") return "?";
  return value
    .replaceAll(/[^\x21-\x7e]+/g, " ")
    .trim()
    .slice(0, LONGEST_WORD);
}

function waitedFor(ms: JsonObject[string] | undefined): string {
  if (typeof ms !== "number" || ms < 0) return "longer than it should";
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1_000)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} m`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} m`;
}
