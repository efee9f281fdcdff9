const WHOLE = /<(think|thinking|reasoning)>[\s\S]*?<\/\1>/g;
const UNOPENED = /^[\s\S]*<\/(?:think|thinking|reasoning)>/;
const UNCLOSED = /<(?:think|thinking|reasoning)>[\s\S]*$/;

/**
 * The answer without what the model thought aloud. Some servers put the opening
 * tag into the prompt, so a closing one alone ends a thought; a thought that
 * never ends leaves nothing.
 */
export function withoutThinking(text: string): string {
  return text.replace(WHOLE, "").replace(UNOPENED, "").replace(UNCLOSED, "").trim();
}
