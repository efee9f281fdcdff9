import type { Keyboard } from "../terminal.ts";
import { INTERRUPT } from "./line-editor.ts";

/**
 * Calls back once when somebody who looks on presses `q` or Ctrl-C, or input
 * ends. Looking stops; what is looked at goes on.
 *
 * @returns the way back to a terminal that edits lines by itself
 */
export function onStopKey(keyboard: Keyboard, stop: () => void): () => void {
  const release = keyboard.overhear((keys) => {
    if (keys === null || keys.includes("q") || keys.includes(INTERRUPT)) {
      release();
      stop();
    }
  });
  return release;
}
