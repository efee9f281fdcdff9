import type { GoalToken } from "./goal-token.ts";
import { isRunning, type Parameter, type ParameterType, type Template } from "./template.ts";
import type { Utterance, UtteranceElement } from "./utterance.ts";

/** What a goal says for a parameter, before it is read as a value. */
export type SlotText =
  | { readonly kind: "text" | "quoted" | "path"; readonly text: string }
  | { readonly kind: "number"; readonly value: number };

export interface Filled {
  readonly slots: ReadonlyMap<string, SlotText>;
  /** Positions of the tokens that were recognised by their form. */
  readonly taken: ReadonlySet<number>;
  /** Positions of the tokens among the running words. */
  readonly running: ReadonlySet<number>;
  /** Those of them that only name something. */
  readonly naming: ReadonlySet<number>;
  /** Slots for running words that got none, or too many. */
  readonly unfilled: readonly string[];
}

/** Which tokens a type recognises by themselves, wherever they stand. */
const RECOGNISED: Readonly<Record<ParameterType, readonly GoalToken["kind"][]>> = {
  hours: ["time"],
  path: ["path", "quoted"],
  glob: ["path"],
  number: ["number"],
  argv: ["quoted"],
  text: [],
  topic: [],
  file: [],
};

/** First what is recognised by its form, then the running words between their neighbours. */
export function fillSlots(
  goal: string,
  tokens: readonly GoalToken[],
  template: Template,
  utterance: Utterance,
): Filled {
  const slots = new Map<string, SlotText>();
  const taken = new Set<number>();
  const places = new Map<UtteranceElement, number>();
  for (const element of utterance.elements) {
    const type = typeOf(element, template);
    if (type === null) continue;
    const place = tokens.findIndex((token, index) => !taken.has(index) && RECOGNISED[type].includes(token.kind));
    const token = tokens[place];
    if (token === undefined || element.kind !== "slot") continue;
    taken.add(place);
    places.set(element, place);
    slots.set(element.parameter, slotText(token));
  }
  const running = new Set<number>();
  const naming = new Set<number>();
  const unfilled: string[] = [];
  for (const [index, element] of utterance.elements.entries()) {
    if (element.kind !== "slot" || !isRunning(typeOf(element, template) ?? undefined)) continue;
    const span = spanOf(tokens, utterance.elements, index, places);
    const inside = tokens
      .map((_token, at) => at)
      .filter((at) => at >= span.from && at < span.to && !taken.has(at) && !running.has(at));
    const text = runningText(goal, tokens, inside);
    if (text === null || isTooLong(text, template.parameters.get(element.parameter))) unfilled.push(element.parameter);
    else slots.set(element.parameter, text);
    for (const at of inside) {
      running.add(at);
      if (typeOf(element, template) === "topic") naming.add(at);
    }
  }
  return { slots, taken, running, naming, unfilled };
}

function typeOf(element: UtteranceElement, template: Template): ParameterType | null {
  return element.kind === "slot" ? (template.parameters.get(element.parameter)?.type ?? null) : null;
}

function slotText(token: GoalToken): SlotText {
  switch (token.kind) {
    case "time":
      return { kind: "number", value: token.hours };
    case "number":
      return { kind: "number", value: token.value };
    case "word":
      return { kind: "text", text: token.concept };
    default:
      return { kind: token.kind, text: token.text };
  }
}

/** The tokens between the neighbours of a slot, as far as the goal has them: from the first on its left to the last on its right. */
function spanOf(
  tokens: readonly GoalToken[],
  elements: readonly UtteranceElement[],
  slot: number,
  places: ReadonlyMap<UtteranceElement, number>,
): { readonly from: number; readonly to: number } {
  const before = elements.slice(0, slot).findLast((each) => placesOf(each, tokens, places).length > 0);
  const from = before === undefined ? 0 : (placesOf(before, tokens, places)[0] ?? -1) + 1;
  const after = elements.slice(slot + 1).find((each) => placesOf(each, tokens, places).some((place) => place >= from));
  const to = after === undefined ? tokens.length : (placesOf(after, tokens, places).at(-1) ?? tokens.length);
  return { from, to };
}

function placesOf(
  element: UtteranceElement,
  tokens: readonly GoalToken[],
  places: ReadonlyMap<UtteranceElement, number>,
): readonly number[] {
  if (element.kind === "slot") {
    const place = places.get(element);
    return place === undefined ? [] : [place];
  }
  return tokens.flatMap((token, index) => (token.kind === "word" && token.concept === element.concept ? [index] : []));
}

/** As it was written, without the words around it that say nothing; a quotation stands for itself. */
function runningText(goal: string, tokens: readonly GoalToken[], inside: readonly number[]): SlotText | null {
  const [first, last] = [tokens[inside[0] ?? -1], tokens[inside.at(-1) ?? -1]];
  if (first === undefined || last === undefined) return null;
  const quoted = inside.map((at) => tokens[at]).filter((token) => token?.kind === "quoted");
  const [only] = quoted;
  if (quoted.length === 1 && only?.kind === "quoted") return { kind: "quoted", text: only.text };
  return { kind: "text", text: goal.slice(first.start, last.end) };
}

function isTooLong(text: SlotText, parameter: Parameter | undefined): boolean {
  if (text.kind !== "text" || parameter?.max_words === undefined) return false;
  return text.text.split(/\s+/).length > parameter.max_words;
}
