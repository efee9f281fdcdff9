import type { Argument, Option } from "./argv/command.ts";

/** An option with a value. */
export function option(
  flag: `--${string}`,
  value: string,
  summary: string,
  more: Partial<Pick<Option, "occurs" | "choices" | "completes">> = {},
): Option {
  return { flag, value, occurs: "once", choices: null, summary, completes: "nothing", ...more };
}

export function argument(
  name: string,
  summary: string,
  more: Partial<Pick<Argument, "presence" | "completes">> = {},
): Argument {
  return { name, presence: "required", summary, completes: "nothing", ...more };
}
