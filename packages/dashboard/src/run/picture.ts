import type { ShownStep } from "./plan-model.ts";

/** What each of the three pictures of a plan is given. */
export interface PictureProps {
  readonly steps: readonly ShownStep[];
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
  /** What a layout is kept under: only states change afterwards. */
  readonly hash: string;
}
