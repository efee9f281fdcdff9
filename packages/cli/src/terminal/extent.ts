/** How much of a preview is shown at once. */
export type Extent =
  | { readonly kind: "whole" }
  | {
      readonly kind: "excerpt";
      /** Rows of content; heads and notes come on top. */
      readonly rows: number;
      /** How to see the rest: `press v`. */
      readonly see: string;
    };

export const WHOLE: Extent = { kind: "whole" };

/** What fits above a prompt on a terminal of 24 rows. */
export const BESIDE_PROMPT: Extent = { kind: "excerpt", rows: 10, see: "press v" };
