import { shortDigest } from "@writ/core/text/figure";
import type { ReactNode } from "react";

/** A digest by its beginning and end; the whole of it on hover. */
export function Digest({ value }: { readonly value: string }): ReactNode {
  return (
    <span className="hash" title={value}>
      {shortDigest(value)}
    </span>
  );
}
