import { canonicalJson, type Json } from "../base/json.ts";
import { utf8Bytes } from "../base/utf8.ts";
import { epochMs, toRfc3339 } from "../base/time.ts";
import type { Entry } from "../journal/entry.ts";
import type { JournalEvent } from "../run/event.ts";
import { logName } from "./log-name.ts";
import { reportMarkdown, reportOf, type ReportSource } from "./report.ts";
import { stepFailure } from "./step-failure.ts";

/** One file of a run's readable evidence, relative to its folder. */
export interface FolderFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * What `runs/<run_id>/` holds: a view for people, rebuilt from the journal at
 * any time. Nothing reads it back.
 */
export function runFolder(source: ReportSource): readonly FolderFile[] {
  const report = reportOf(source);
  const files: FolderFile[] = [
    { path: "report.md", bytes: utf8Bytes(reportMarkdown(report)) },
    { path: "state.json", bytes: json({ ...report.task }) },
    { path: "journal.jsonl", bytes: utf8Bytes(source.entries.map(factLines).join("")) },
  ];
  if (source.state.planPayload !== null && !source.state.planPayload.isErased)
    files.push({ path: "plan.json", bytes: json(source.state.planPayload.json()) });
  for (const entry of source.entries) for (const fact of entry.facts) files.push(...logsOf(source, entry, fact));
  return files;
}

/** What a tool answered, or how it failed, in a file of its own. */
function logsOf({ state }: ReportSource, entry: Entry, fact: JournalEvent): readonly FolderFile[] {
  if (fact.type === "attempt_returned" && !fact.output.isErased)
    return [{ path: `${logPath(state, fact.step)}.${fact.attempt}.json`, bytes: json(fact.output.json()) }];
  const failure = stepFailure(fact, entry);
  if (failure === null || failure.isErased || !("step" in fact) || fact.step === null) return [];
  const what = fact.type === "attempt_failed" ? fact.attempt : "gate";
  return [{ path: `${logPath(state, fact.step)}.${what}.error.txt`, bytes: utf8Bytes(`${failure.text()}\n`) }];
}

function logPath(state: ReportSource["state"], step: string): string {
  return `logs/${logName(state.rules.hash, step)}`;
}

function json(value: unknown): Uint8Array {
  return utf8Bytes(`${JSON.stringify(value, null, 2)}\n`);
}

function factLines(entry: ReportSource["entries"][number]): string {
  return entry.facts
    .map((fact) => {
      const step = "step" in fact ? fact.step : null;
      const line: Json = { at: toRfc3339(epochMs(entry.at)), version: entry.version, type: fact.type, step };
      return `${canonicalJson(line)}\n`;
    })
    .join("");
}
