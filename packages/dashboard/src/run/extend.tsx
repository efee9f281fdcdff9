import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { client, type Task } from "../api/connection.ts";
import { Dialog } from "../piece/dialog.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { freshKey } from "../system/entropy.ts";

const DIMENSIONS = [
  ["steps", "steps", 5],
  ["tool_calls", "tool calls", 10],
  ["tokens", "tokens", 50_000],
  ["cost_cents", "¢", 10],
  ["wall_clock_ms", "ms of work", 600_000],
] as const;

/** More budget for a run that used up its own: recorded with a name and a reason. */
export function Extend({ task }: { readonly task: Task }): ReactNode {
  const [open, setOpen] = useState<"open" | "closed">("closed");
  const short = DIMENSIONS.find(([name]) => task.budget.used[name] >= task.budget.limits[name]) ?? DIMENSIONS[0];
  const [amount, setAmount] = useState(String(short[2]));
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const extend = useMutation({
    mutationFn: () =>
      client.call("extend_task", {
        params: { id: task.id },
        body: { [short[0]]: Number(amount), reason },
        idempotencyKey: freshKey(),
      }),
    onSuccess: () => {
      setOpen("closed");
      return queries.invalidateQueries({ queryKey: ["run", task.id] });
    },
  });
  return (
    <>
      <button type="button" className="btn primary small" onClick={() => setOpen("open")}>
        Extend…
      </button>
      {open === "closed" ? null : (
        <Dialog title="Extend the budget" onClose={() => setOpen("closed")}>
          <label className="field">
            <span className="nowrap">By {short[1]}</span>
            <input inputMode="numeric" value={amount} onChange={(event) => setAmount(event.target.value)} />
          </label>
          <label className="field">
            <span className="nowrap">Because</span>
            <input value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
          {extend.error === null ? null : <ProblemNote error={extend.error} />}
          <div className="row">
            <button
              type="button"
              className="btn primary"
              disabled={!(Number(amount) > 0) || reason.trim() === "" || extend.isPending}
              onClick={() => extend.mutate()}
            >
              Extend by {amount} {short[1]}
            </button>
            <span className="grow" />
            <button type="button" className="btn" onClick={() => setOpen("closed")}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
