import {
  epochMs,
  isJsonArray,
  isJsonObject,
  OrchestratorError,
  parseStrict,
  type EpochMs,
  type JsonObject,
} from "@writ/core";
import * as z from "zod";

import type { Notice } from "../ports/notifier.ts";
import type { LogLine } from "../ports/store.ts";

/** A notice as the log has it. */
export interface HeardNotice {
  /** The same whenever the entry is read again: its position, and which of its facts it was. */
  readonly id: string;
  readonly at: EpochMs;
  readonly notice: Notice;
}

const named = { step: z.string(), approval: z.string() };

/** What is read of the facts that are told; their other members are nobody's business here. */
const toldFact = z.discriminatedUnion("type", [
  z.object({ type: z.literal("approval_requested"), ...named, binding: z.object({ tier: z.string() }) }),
  z.object({ type: z.literal("approval_granted"), ...named }),
  z.object({ type: z.literal("approval_denied"), ...named }),
  z.object({ type: z.literal("approval_expired"), ...named }),
  z.object({ type: z.literal("approval_voided"), ...named }),
  z.object({ type: z.literal("run_ended"), outcome: z.string() }),
]);

type ToldFact = z.infer<typeof toldFact>;

/** Types of the facts that people are told of. */
export const TOLD_FACTS: ReadonlySet<string> = new Set<ToldFact["type"]>([
  "approval_requested",
  "approval_granted",
  "approval_denied",
  "approval_expired",
  "approval_voided",
  "run_ended",
]);

/** Stands in each line that holds such a fact, and in hardly any other: most lines need not be parsed. */
const TELLS = /"type":"(?:approval_|run_ended")/;

/** What people should hear of in an entry; nothing where its bytes are not an entry's, which is for `writ audit verify` to say. */
export function noticesIn({ seq, run, bytes }: Pick<LogLine, "seq" | "run" | "bytes">): readonly HeardNotice[] {
  if (run === null || !TELLS.test(bytes)) return [];
  const { at_ms: at, facts } = entryIn(bytes);
  if (typeof at !== "number" || facts === undefined || !isJsonArray(facts)) return [];
  return facts.flatMap((fact, index) => {
    const told = toldFact.safeParse(fact);
    return told.success ? [{ id: `${seq}-${index}`, at: epochMs(at), notice: noticeOf(run, told.data) }] : [];
  });
}

function entryIn(bytes: string): JsonObject {
  try {
    const entry = parseStrict(bytes);
    return isJsonObject(entry) ? entry : {};
  } catch (error) {
    if (error instanceof OrchestratorError) return {};
    throw error;
  }
}

function noticeOf(run: string, fact: ToldFact): Notice {
  switch (fact.type) {
    case "approval_requested":
      return {
        type: "approval_created",
        run,
        step: fact.step,
        approval: fact.approval,
        tier: fact.binding.tier,
      };
    case "run_ended":
      return { type: "run_ended", run, outcome: fact.outcome };
    default:
      return {
        type: "approval_decided",
        run,
        step: fact.step,
        approval: fact.approval,
        decision: DECISIONS[fact.type],
      };
  }
}

const DECISIONS = {
  approval_granted: "granted",
  approval_denied: "denied",
  approval_expired: "expired",
  approval_voided: "voided",
} as const;
