import type { Authorization } from "@writ/core";
import type { Day } from "@writ/runtime";
import { dayAndTime } from "../terminal/instant.ts";
import type { Screen } from "../terminal/screen.ts";

/** What policy answers, in one word of the command line. */
export const ANSWERS: Readonly<Record<Authorization["effect"], string>> = {
  forbid: "refused",
  gate: "asks you",
  self: "runs, approved by the policy itself",
  permit: "runs",
};

/** Instants in the words of rules, as the screen writes them. */
export const dayOn =
  (screen: Screen): Day =>
  (atMs) =>
    dayAndTime(screen, atMs);
