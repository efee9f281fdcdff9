import type { ReactNode } from "react";

const TIERS = ["read_only", "local_write", "network", "delegated", "destructive"];

/** How far a tool can act: square, with as many of five rising bars as its place among the tiers. */
export function TierTag({ tier }: { readonly tier: string }): ReactNode {
  return (
    <span className={`tier ${tier}`}>
      <TierBars tier={tier} />
      {tier}
    </span>
  );
}

export function TierBars({ tier }: { readonly tier: string }): ReactNode {
  const reach = TIERS.indexOf(tier);
  return (
    <svg viewBox="0 0 13 10" aria-hidden="true">
      {TIERS.map((name, index) => (
        <rect
          key={name}
          x={index * 2.7}
          y={8 - index * 2}
          width="1.8"
          height={2 + index * 2}
          className={index > reach ? "off" : ""}
        />
      ))}
    </svg>
  );
}
