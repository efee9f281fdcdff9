import type { Entry, JournalEvent, RunState } from "@writ/core";
import type { FactLineView, FollowedFactView } from "../terminal/view.ts";

/** A fact in words, before it is known whether a person or a program reads it. */
export interface ToldFact {
  readonly at: number;
  readonly noun: "run" | "plan" | "step" | "approval";
  /** The step's path, or an approval's id; null for the run and its plan. */
  readonly name: string | null;
  /** The fact's name, shown to people where no step is meant. */
  readonly fact: string;
  /** One word for what became the case: `accepted`, `waiting`. */
  readonly state: string;
  /** What a tool answered, in a clause; null where no tool did, or its failure is in the detail. */
  readonly said: string | null;
  /** One clause, with the state in it. */
  readonly detail: string;
  readonly tone: FollowedFactView["tone"];
  /** The step it is about; null for the run and its plan. */
  readonly step: string | null;
}

/** For people who see the steps with their answers above. */
export function followedView({ at, step, fact, tone, detail }: ToldFact): FollowedFactView {
  return { at, name: step ?? fact, tone, detail };
}

/** For people who see nothing but facts. */
export function followedWhole(told: ToldFact): FollowedFactView {
  return { ...followedView(told), detail: wholeDetail(told) };
}

function wholeDetail({ said, detail }: ToldFact): string {
  return [said, detail].filter((part) => part !== null && part !== "").join(" · ");
}

/** For programs: one line. */
export function lineView(told: ToldFact): FactLineView {
  const { at, noun, name, state, step } = told;
  const detail = wholeDetail(told);
  // A request is named by its id; who asks is the step.
  const isAsked = told.fact === "approval_requested";
  const isSaid = detail === "" || detail === state || isAsked;
  return {
    at,
    noun,
    name,
    state,
    tookMs: null,
    words: noun === "approval" && step !== null ? [step] : [],
    values: [],
    text: isSaid ? null : detail,
  };
}

/** What telling needs beside the fact itself. */
export interface Telling {
  readonly at: number;
  readonly by: string;
  /** As the run is now, which may be after this entry. */
  readonly state: RunState;
  /** All facts of the entry: an attempt and its verdict are told as one. */
  readonly facts: readonly JournalEvent[];
  /** What came in. */
  readonly input: Entry["input"];
}
