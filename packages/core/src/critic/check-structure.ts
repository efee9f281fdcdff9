import { compiled, expressionsOf, readsOf } from "../plan/block.ts";
import { findCycle } from "../plan/graph.ts";
import { lacking } from "../plan/supply.ts";
import { INPUTS, type Step } from "../plan/plan.ts";
import { guardedPathsOf, pathsOf, type Path } from "../plan/expression.ts";
import { pointerText } from "../plan/pointer.ts";
import { finding, type Finding } from "./finding.ts";
import { schemaAt } from "./schema-flow.ts";
import type { Question } from "./question.ts";

/** V1: unique ids, every name resolves, no cycle; references name something the step before really gives. */
export function checkStructure(question: Question): readonly Finding[] {
  const { block } = question.plan;
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const step of block.steps) {
    if (seen.has(step.id)) {
      findings.push(
        finding(
          "plan_malformed",
          `two steps are named ${step.id}`,
          { step: step.id, field: "id" },
          "give each step an id of its own",
        ),
      );
    }
    seen.add(step.id);
  }
  for (const step of block.steps)
    findings.push(...checkNames(question, step, seen), ...checkReads(question, step, seen));
  const cycle = findCycle(block);
  if (cycle !== null) {
    const where = cycle[0];
    findings.push(
      finding(
        "plan_cycle",
        `the steps wait for each other: ${cycle.join(" → ")}`,
        where === undefined ? {} : { step: where, field: "depends_on" },
        "remove one of these dependencies",
      ),
    );
  }
  for (const checkpoint of question.plan.document.decision_checkpoints) {
    if (!seen.has(checkpoint.after_step)) {
      findings.push(
        finding(
          "plan_malformed",
          `the checkpoint ${checkpoint.decision_id} follows ${checkpoint.after_step}, which is no step`,
          { field: "decision_checkpoints" },
          "name a step of the plan",
        ),
      );
    }
  }
  return [...findings, ...checkEvidence(question)];
}

function checkNames(question: Question, step: Step, known: ReadonlySet<string>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const need of step.needs) {
    if (!known.has(need)) {
      findings.push(
        finding(
          "plan_malformed",
          `${step.id} depends on ${need}, which is no step`,
          { step: step.id, field: "depends_on" },
          "name a step of the plan",
        ),
      );
    } else if (need === step.id) {
      findings.push(
        finding(
          "plan_cycle",
          `${step.id} waits for itself`,
          { step: step.id, field: "depends_on" },
          "remove the dependency",
        ),
      );
    }
  }
  if (step.fallbackFor !== null) findings.push(...checkFallback(question, step, step.fallbackFor, known));
  return findings;
}

function checkFallback(
  question: Question,
  step: Step,
  subject: string,
  known: ReadonlySet<string>,
): readonly Finding[] {
  const place = { step: step.id, field: "fallback_for" };
  if (!known.has(subject) || subject === step.id) {
    return [
      finding(
        "plan_malformed",
        `${step.id} is a fallback for ${subject}, which is no other step`,
        place,
        "name a step of the plan",
      ),
    ];
  }
  const { at, fallback } = compiled(question.plan.block);
  const position = at.get(subject);
  const stand = position === undefined ? -1 : (fallback[position] ?? -1);
  const other = question.plan.block.steps[stand];
  return other === undefined || other.id === step.id
    ? []
    : [
        finding(
          "plan_malformed",
          `${other.id} and ${step.id} are both fallbacks for ${subject}`,
          place,
          "chain them: a fallback may have a fallback of its own",
        ),
      ];
}

function checkReads(question: Question, step: Step, known: ReadonlySet<string>): readonly Finding[] {
  if (!refers(step)) return NONE;
  const findings: Finding[] = [];
  const { at } = compiled(question.plan.block);
  for (const read of readsOf(step)) {
    const place = { step: step.id, field: read.field };
    const source = at.get(read.step);
    if (!known.has(read.step) || source === undefined) {
      findings.push(
        finding(
          "reference_dangling",
          `${read.field} reads ${read.step}, which is no step`,
          place,
          "name a step of the plan",
        ),
      );
      continue;
    }
    const producer = question.plan.block.steps[source];
    if (producer?.kind !== "tool") continue;
    const output = question.tools.get(producer.tool)?.spec.outputSchema;
    if (output !== undefined && schemaAt(output, read.pointer) === "absent") {
      findings.push(
        finding(
          "reference_dangling",
          `${producer.tool} gives nothing at /${read.pointer.join("/")}`,
          place,
          `see what it gives with: writ tools show ${producer.tool}`,
        ),
      );
    }
  }
  return [...findings, ...checkRoots(step), ...checkInputs(question, step)];
}

const NONE: readonly Finding[] = [];

/** Whether a step reads anything at all; most do not. */
function refers(step: Step): boolean {
  return (step.kind === "tool" && step.args.bindings.length > 0) || expressionsOf(step).length > 0;
}

/** Nothing but steps and inputs has a name. */
function checkRoots(step: Step): readonly Finding[] {
  return expressionsOf(step).flatMap(([field, expression]) =>
    pathsOf(expression)
      .filter(([root, name]) => typeof name !== "string" || (root !== "steps" && root !== INPUTS))
      .map((path) =>
        finding(
          "reference_dangling",
          `${field} reads ${path.join(".")}, and that names neither a step nor an input`,
          { step: step.id, field },
          "write steps.<step id>.<member> or inputs.<name>",
        ),
      ),
  );
}

function checkInputs({ inputs }: Question, step: Step): readonly Finding[] {
  return inputsOf(step)
    .filter(({ name }) => !inputs.has(name))
    .map(({ name, field }) =>
      finding(
        "reference_dangling",
        `${step.id} reads the input ${name}, which was not given`,
        { step: step.id, field },
        `give it with: --input ${name}=VALUE`,
      ),
    );
}

interface InputRead {
  readonly name: string;
  readonly field: string;
}

/** Inputs a step cannot do without: those bound to a parameter, and those read and not guarded by `has` or `default`. */
function inputsOf(step: Step): readonly InputRead[] {
  const bindings = step.kind === "tool" ? step.args.bindings.filter((each) => each.from === INPUTS) : [];
  const bound = bindings.map(({ at, pointer: [name = ""] }) => ({ name, field: `param_bindings.${pointerText(at)}` }));
  const read = expressionsOf(step).flatMap(([field, expression]) => {
    const guarded = inputNames(guardedPathsOf(expression));
    return inputNames(pathsOf(expression))
      .filter((name) => !guarded.includes(name))
      .map((name) => ({ name, field }));
  });
  return [...bound, ...read];
}

function inputNames(paths: readonly Path[]): readonly string[] {
  return paths.flatMap(([root, name]) => (root === INPUTS && typeof name === "string" ? [name] : []));
}

/** V11, without a catalogue: evidence a step requires is resolved, or given by a step that precedes it. */
function checkEvidence(question: Question): readonly Finding[] {
  const { block } = question.plan;
  const wanted = block.steps.map((step) => step.evidence.filter((name) => !question.evidence.has(name)));
  const given = block.steps.map((step) => (step.kind === "tool" ? step.produces : []));
  return lacking(block, given, wanted).map(({ step, name }) =>
    finding(
      "missing_evidence",
      `${step} requires ${name}, and no step before it gives that`,
      { step, field: "requires" },
      "add a step with produces_evidence, or let this one depend on it",
    ),
  );
}
