import type { GoalToken } from "./goal-token.ts";
import { wordKey, type Lexicon } from "./lexicon.ts";
import { fillSlots, type SlotText } from "./fill-slots.ts";
import { isRunning, type Template } from "./template.ts";
import type { Utterance } from "./utterance.ts";

/** How well one utterance fits a goal, and why. */
export interface Fit {
  readonly utterance: string;
  /** 0 to 1: share of the utterance's words that the goal has × share of the goal's words that are understood × order. */
  readonly score: number;
  /** Words of the utterance that the goal has, in the utterance's order. */
  readonly matched: readonly string[];
  /** Words of the utterance that the goal lacks. */
  readonly missing: readonly string[];
  /** What of the goal nothing answers, as it was written. */
  readonly unanswered: readonly string[];
  /** Those among them that ask for something; each breaks the match. */
  readonly demands: readonly string[];
  /** Slots with words that cannot be theirs. */
  readonly unfilled: readonly string[];
  readonly slots: ReadonlyMap<string, SlotText>;
}

/** A broken fit can be shown as near, and never passes the threshold. */
const BROKEN = 0.5;
/** What order counts beside words. */
const ORDER = 0.1;

export function fitUtterance(
  goal: string,
  tokens: readonly GoalToken[],
  template: Template,
  utterance: Utterance,
  lexicon: Lexicon,
): Fit {
  const words = [...new Set(utterance.elements.flatMap((each) => (each.kind === "word" ? [each.concept] : [])))];
  const places = new Map(words.map((word) => [word, placesOf(word, tokens)]));
  const matched = words.filter((word) => places.get(word)?.length !== 0);
  const missing = words.filter((word) => places.get(word)?.length === 0);
  const { slots, taken, running, naming, unfilled } = fillSlots(goal, tokens, template, utterance);
  const answered = new Set([...taken, ...running, ...matched.flatMap((word) => places.get(word) ?? [])]);
  const left = tokens.filter((_token, index) => !answered.has(index));
  const demands = tokens.filter(
    (token, index) =>
      token.kind === "word" &&
      lexicon.demands.has(token.concept) &&
      (naming.has(index) ? isJoined(goal, tokens, index, lexicon) : !answered.has(index)),
  );
  // Running words fit anything, so everything else the utterance says has to be there, and in its order.
  const isOpen = utterance.elements.some(
    (each) => each.kind === "slot" && isRunning(template.parameters.get(each.parameter)?.type),
  );
  const lacks = missing.length + slotsOf(utterance).filter((name) => !slots.has(name)).length;
  const order = inOrder(matched.map((word) => places.get(word)?.[0] ?? 0));
  const isBroken = demands.length > 0 || (isOpen && (lacks > 0 || order < 1));
  const recall = words.length === 0 ? 0 : matched.length / words.length;
  // What fits anything is no sign of a fit.
  const said = tokens.length - running.size;
  const understood = said === 0 ? 0 : (answered.size - running.size) / said;
  const text = ({ start, end }: GoalToken): string => goal.slice(start, end);
  return {
    utterance: utterance.text,
    score: recall * understood * (1 - ORDER + ORDER * order) * (isBroken ? BROKEN : 1),
    matched,
    missing,
    unanswered: left.map(text),
    demands: demands.map(text),
    unfilled,
    slots,
  };
}

/** Whether something new begins with a token: a word such as `and` stands before it, or a mark that ends a phrase. */
function isJoined(goal: string, tokens: readonly GoalToken[], index: number, lexicon: Lexicon): boolean {
  const between = goal.slice(tokens[index - 1]?.end ?? 0, tokens[index]?.start);
  return /[,;.!?&]/.test(between) || between.split(/\s+/).some((word) => lexicon.joins.has(wordKey(word)));
}

function slotsOf({ elements }: Utterance): readonly string[] {
  return elements.flatMap((each) => (each.kind === "slot" ? [each.parameter] : []));
}

function placesOf(word: string, tokens: readonly GoalToken[]): readonly number[] {
  return tokens.flatMap((token, index) => (token.kind === "word" && token.concept === word ? [index] : []));
}

/** Share of the places that can be kept so that they rise: 1 when the words come in the utterance's order. */
function inOrder(places: readonly number[]): number {
  const longest: number[] = [];
  for (const [index, place] of places.entries()) {
    const before = places.slice(0, index).map((other, at) => (other < place ? (longest[at] ?? 0) : 0));
    longest.push(1 + Math.max(0, ...before));
  }
  return places.length === 0 ? 1 : Math.max(...longest) / places.length;
}
