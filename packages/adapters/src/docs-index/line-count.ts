/** Lines as an editor numbers them: a newline at the end begins none. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
