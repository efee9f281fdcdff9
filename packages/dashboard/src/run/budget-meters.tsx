import { duration, grouped } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import type { Task } from "../api/connection.ts";
import { Meter } from "../piece/meter.tsx";

type Dimension = keyof Task["budget"]["used"];

export const DIMENSIONS = [
  ["steps", "Steps"],
  ["tool_calls", "Tool calls"],
  ["tokens", "Tokens"],
  ["wall_clock_ms", "Active time"],
  ["cost_cents", "Cost"],
] as const satisfies readonly (readonly [Dimension, string])[];

/** An amount in the words of its dimension. */
export function amountText(dimension: Dimension, amount: number): string {
  if (dimension === "wall_clock_ms") return duration(amount);
  return dimension === "cost_cents" ? `${amount.toFixed(1)} ¢` : grouped(amount);
}

export function BudgetMeters({ task }: { readonly task: Task }): ReactNode {
  const { used, limits } = task.budget;
  return (
    <section className="card budget" aria-label="Budget">
      <h2>Budget</h2>
      {DIMENSIONS.map(([dimension, name]) => (
        <div key={dimension}>
          <span className="label">{name}</span>
          <Meter part={limits[dimension] === 0 ? 0 : used[dimension] / limits[dimension]} name={name} />
          <span>
            {amountText(dimension, used[dimension])} of {amountText(dimension, limits[dimension])}
          </span>
        </div>
      ))}
    </section>
  );
}
