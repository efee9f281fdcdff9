import { canonicalJson, type Json } from "../base/json.ts";
import { utf8Bytes } from "../base/utf8.ts";
import { epochMs, toRfc3339 } from "../base/time.ts";
import { logName } from "./log-name.ts";
import { reportMarkdown, reportOf, type ReportSource } from "./report.ts";

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
  for (const fact of source.entries.flatMap((entry) => entry.facts)) {
    if (fact.type === "attempt_returned" && !fact.output.isErased) {
      files.push({
        path: `logs/${logName(source.state.rules.hash, fact.step)}.${fact.attempt}.json`,
        bytes: json(fact.output.json()),
      });
    }
    if (fact.type === "attempt_failed" && !fact.error.isErased) {
      files.push({
        path: `logs/${logName(source.state.rules.hash, fact.step)}.${fact.attempt}.error.txt`,
        bytes: utf8Bytes(`${fact.error.text()}\n`),
      });
    }
  }
  return files;
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
