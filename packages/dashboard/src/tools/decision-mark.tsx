import type { ReactNode } from "react";
import { Icon } from "../piece/icon.tsx";

const LOOKS = {
  permit: ["completed", "completed", "runs"],
  self: ["completed", "completed", "runs if policy says so"],
  gate: ["awaiting_gate", "awaiting_gate", "asks you"],
  forbid: ["rejected", "rejected", "refused"],
} as const;

/** What policy answers, in two words. */
export function DecisionMark({ decision }: { readonly decision: keyof typeof LOOKS }): ReactNode {
  const [tone, icon, word] = LOOKS[decision];
  return (
    <span className={`state ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
