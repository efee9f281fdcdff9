import type { ReactNode } from "react";
import { useDecides } from "../app/use-me.ts";
import { Icon } from "./icon.tsx";
import { wordFor, type StateLook } from "./state-look.ts";

/** A state: round, with its word. */
export function StateMark({ look, pill }: { readonly look: StateLook; readonly pill?: "pill" }): ReactNode {
  const decides = useDecides();
  return (
    <span className={`state ${look.tone} ${pill ?? ""}`}>
      <Icon name={look.icon} />
      {wordFor(look, decides)}
    </span>
  );
}
