/** Writes JSON Schema of every public form, from the schemas that validate it: `node scripts/generate-schemas.ts [--check]`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";

import { OUTPUTS } from "../packages/cli/src/schema/documents.ts";
import { planDocument, policyShape, previewShape } from "../packages/core/src/index.ts";
import { binding } from "../packages/core/src/schema/binding.ts";
import * as bundle from "../packages/core/src/schema/bundle.ts";
import { checkpointForm } from "../packages/core/src/schema/checkpoint.ts";
import { decisionRecordForm } from "../packages/core/src/schema/decision-record.ts";
import { journalEntry } from "../packages/core/src/schema/journal-entry.ts";
import { journalFact } from "../packages/core/src/schema/journal-fact.ts";
import { metricsForm, metricsHoursForm } from "../packages/core/src/schema/metrics.ts";
import { noticeEvent } from "../packages/core/src/schema/notice-event.ts";
import { runInput } from "../packages/core/src/schema/run-input.ts";
import { userFile, workspaceFile } from "../packages/runtime/src/config/schema.ts";
import { createDocument, declaration, templateDocument } from "../packages/runtime/src/index.ts";

type Form = readonly [file: string, title: string, description: string, schema: z.ZodType];

const FORMS: readonly Form[] = [
  ["plan", "Plan", "A plan as it stands in a file, in a payload and under its hash.", planDocument],
  ["template", "Template", "A plan with holes, and the ways in which a person asks for it.", templateDocument],
  ["user-config", "User's configuration", "`writ/config.yaml` in the user's own configuration folder.", userFile],
  ["workspace-config", "Workspace's configuration", "`writ.yaml` in a workspace: it may only tighten.", workspaceFile],
  ["request", "Request for a run", "What a door asks for.", createDocument],
  ["policy", "Policy", "What a workspace's owner allows, as a run pins it.", policyShape],
  ["tool", "Tool", "What is declared of a tool, as a run pins it.", declaration],
  ["preview", "Preview", "What a person is shown before they decide.", previewShape],
  ["binding", "Binding", "What an approval binds; its digest is the binding hash.", binding],
  ["journal-entry", "Journal entry", "One line of the log: what arrived, and the facts it caused.", journalEntry],
  ["fact", "Fact", "What happened to a run, as it stands in an entry.", journalFact],
  ["input", "Input", "What can arrive at a run, as it stands in an entry.", runInput],
  ["decision-record", "Decision record", "What was decided, on what, under which approvals.", decisionRecordForm],
  ["checkpoint", "Checkpoint", "Where a run stood after a verdict.", checkpointForm],
  ["metrics", "Metrics", "What the entries of a log add up to.", metricsForm],
  [
    "metrics-hours",
    "Metrics by hour",
    "The same for each hour, UTC, in which something was written.",
    metricsHoursForm,
  ],
  ["manifest", "Manifest", "What a bundle holds: the line that is signed.", bundle.manifestForm],
  ["receipt", "Receipt", "An approval that proves itself.", bundle.receiptForm],
  ["replay-claim", "Replay claim", "What the exporter of a bundle says of its own replay.", bundle.replayClaim],
  ["inclusion", "Inclusion proof", "That an entry stands at its place in a log with this head.", bundle.inclusionForm],
  ["consistency", "Consistency proof", "That a log became a longer one by appending.", bundle.consistencyForm],
  ["notice-event", "Notice", "What a webhook is sent: a CloudEvent in structured mode.", noticeEvent],
  ...OUTPUTS.map(([heading, file, schema]): Form => [
    `output/${file}`,
    heading,
    "What this prints with `--json`. Members may be added, none is renamed, removed or changes its type.",
    schema,
  ]),
];

/** The schema as a document. A safe integer's own bounds are left out: they say nothing of the form. */
function documentOf([file, title, description, schema]: Form): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const named = { $schema, $id: `urn:writ:schema:${file.replace("/", ":")}`, title, description, ...rest };
  return `${JSON.stringify(named, null, 2)}\n`;
}

const folder = join(resolve(import.meta.dirname, ".."), "docs/schemas");
const wanted = new Map(FORMS.map((form) => [`${form[0]}.json`, documentOf(form)]));
const there = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"))
  : [];
const strangers = there.filter((name) => !wanted.has(name));

if (process.argv.includes("--check")) {
  const stale = [...wanted].filter(
    ([name, text]) => !there.includes(name) || readFileSync(join(folder, name), "utf8") !== text,
  );
  const wrong = [...stale.map(([name]) => name), ...strangers];
  for (const name of wrong) console.log(`docs/schemas/${name} is stale: npm run generate`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else {
  for (const name of strangers) rmSync(join(folder, name));
  for (const [name, text] of wanted) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
