import { durationMs } from "@writ/core";
import type { Clock } from "@writ/runtime";

import type { Terminal } from "../terminal.ts";
import { groundLines, reasonLines } from "./approval-view.ts";
import { WHOLE } from "./extent.ts";
import { edit, EMPTY_LINE, INTERRUPT, type Drawn } from "./line-editor.ts";
import { approveQuestion, choicesHint, destructiveQuestion, reasonQuestion } from "./prompt-view.ts";
import {
  openPrompt,
  promptStep,
  type PromptAnswer,
  type PromptOutput,
  type PromptState,
  type PromptStep,
} from "./prompt.ts";
import { previewLines } from "./preview-view.ts";
import { isPlainlyVisible } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";
import type { Line } from "./span.ts";
import { encodeAll } from "./style.ts";
import type { ApprovalView } from "./view.ts";
import { displayWidth } from "./width.ts";

/** Before each question the keyboard has to rest this long: what is typed earlier was not meant for it. */
export const SETTLE = durationMs(60);

/** A keyboard that never rests does not hold a question back for longer than this many times. */
const UNREST = 16;

/**
 * Asks a person about one request, whose preview stands above. Input typed
 * before a question is thrown away. The answer `later` leaves the request open.
 *
 * @param word what has to be typed to approve; null where `y` does
 * @param signal withdraws the question, because somebody else decided or time ran out
 */
export function askApproval(
  terminal: Terminal,
  clock: Clock,
  view: ApprovalView,
  word: string | null,
  signal: AbortSignal,
): Promise<PromptAnswer> {
  const { keyboard } = terminal;
  if (keyboard === null) return Promise.resolve({ kind: "later", because: "end_of_input" });
  return new Promise((resolve) => {
    const conversation = new Conversation(terminal, clock, view, word, (answer) => {
      signal.removeEventListener("abort", withdraw);
      stop();
      resolve(answer);
    });
    const withdraw = (): void => conversation.withdraw();
    const stop = keyboard.listen((keys) => conversation.hear(keys));
    conversation.open();
    signal.addEventListener("abort", withdraw, { once: true });
    if (signal.aborted) withdraw();
  });
}

/** The prompt's state machine between a keyboard and a screen. */
class Conversation {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #view: ApprovalView;
  readonly #word: string | null;
  readonly #end: (answer: PromptAnswer) => void;
  #state: PromptState;
  #editor = EMPTY_LINE;
  /** The question that is drawn once the keyboard rests; null while it stands there. */
  #due: PromptOutput | null = null;
  #cancel: () => void = () => undefined;
  #unrest = 0;

  constructor(
    terminal: Terminal,
    clock: Clock,
    view: ApprovalView,
    word: string | null,
    end: (answer: PromptAnswer) => void,
  ) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#view = view;
    this.#word = word;
    this.#end = end;
    this.#state = openPrompt(word).state;
  }

  open(): void {
    this.#take(openPrompt(this.#word));
  }

  /** @param keys what was typed; null at the end of input */
  hear(keys: string | null): void {
    if (this.#state.kind === "closed") return;
    if (keys === null) return this.#take(promptStep(this.#state, { type: "end_of_input" }));
    if (this.#due !== null) return this.#hearEarly(keys);
    const { editor, echo, event } = edit(this.#editor, keys, (key) => drawn(this.#terminal.errorScreen(), key));
    this.#editor = editor;
    this.#terminal.raw("err", event === null ? echo : `${echo}\n`);
    if (event !== null) this.#take(promptStep(this.#state, event));
  }

  withdraw(): void {
    if (this.#state.kind === "closed") return;
    this.#terminal.raw("err", "\n");
    this.#take(promptStep(this.#state, { type: "withdraw" }));
  }

  /** Nothing typed now answers the question to come; an interrupt is no answer, so it counts. */
  #hearEarly(keys: string): void {
    if (keys.includes(INTERRUPT)) return this.#take(promptStep(this.#state, { type: "interrupt" }));
    this.#unrest += 1;
    if (this.#unrest < UNREST) this.#wait();
  }

  #take(step: PromptStep): void {
    this.#state = step.state;
    for (const output of step.outputs) {
      if (output === "question" || output === "reason_question") this.#due = output;
      else write(this.#terminal, output, this.#view, this.#word);
    }
    if (step.state.kind !== "closed") {
      this.#unrest = 0;
      return this.#wait();
    }
    this.#cancel();
    this.#end(step.state.answer);
  }

  #wait(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(SETTLE, () => {
      const screen = this.#terminal.errorScreen();
      this.#editor = EMPTY_LINE;
      const rows = this.#due === null ? [] : questionOf(screen, this.#due, this.#word);
      // A question has no line end: the answer is typed behind it.
      this.#terminal.raw("err", encodeAll(screen, rows).replace(/\n$/, " "));
      this.#due = null;
    });
  }
}

function questionOf(screen: Screen, due: PromptOutput, word: string | null): readonly Line[] {
  if (due === "reason_question") return reasonQuestion(screen);
  return word === null ? approveQuestion(screen) : destructiveQuestion(screen, word);
}

function write(terminal: Terminal, output: PromptOutput, view: ApprovalView, word: string | null): void {
  const screen = terminal.errorScreen();
  switch (output) {
    case "whole_preview":
      return terminal.err([...previewLines(screen, view.preview, WHOLE), [], ...groundLines(screen, view, WHOLE), []]);
    case "reasons":
      return terminal.err([...reasonLines(screen, view.reasons), []]);
    case "hint":
      return terminal.err(choicesHint(screen, word));
    case "question":
    case "reason_question":
      return undefined;
  }
}

/** Only what can be seen can be typed. */
function drawn(screen: Screen, character: string): Drawn | null {
  if (!isPlainlyVisible(character)) return null;
  if (screen.glyphs === "ascii" && character > "~") return { text: "?", columns: 1 };
  return { text: character, columns: displayWidth(character) };
}
