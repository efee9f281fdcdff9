import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { placesOf } from "./completion-places.ts";
import type { Command } from "./command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete `writ`, from the same table that parses and explains it. */
export function completionScript(shell: Shell, table: readonly Command<unknown>[]): string {
  const places = placesOf(table);
  switch (shell) {
    case "bash":
      return bashCompletion(places);
    case "zsh":
      return zshCompletion(places);
    case "fish":
      return fishCompletion(places);
  }
}
