import { useState, type ReactNode } from "react";
import { useMutation } from "@tanstack/react-query";
import { client, type TaskHead } from "../api/connection.ts";
import { useMay } from "../app/use-me.ts";
import { Dialog } from "../piece/dialog.tsx";
import { Icon } from "../piece/icon.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { freshKey } from "../system/entropy.ts";

const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "rejected", "expired", "cancelled", "escalated"]);

/** What can be done to a run without opening it. */
export function RowMenu({ run }: { readonly run: TaskHead }): ReactNode {
  const [open, setOpen] = useState<"open" | "closed">("closed");
  return (
    <>
      <button
        type="button"
        className="btn quiet small"
        aria-haspopup="dialog"
        aria-label={`More for ${run.id}`}
        onClick={() => setOpen("open")}
      >
        <Icon name="menu" />
      </button>
      {open === "open" ? <Acts run={run} onClose={() => setOpen("closed")} /> : null}
    </>
  );
}

function Acts({ run, onClose }: { readonly run: TaskHead; readonly onClose: () => void }): ReactNode {
  const mayWork = useMay("work");
  const cancel = useMutation({
    mutationFn: () => client.call("cancel_task", { params: { id: run.id }, body: {}, idempotencyKey: freshKey() }),
    onSuccess: onClose,
  });
  return (
    <Dialog title={`Run ${run.id}`} onClose={onClose}>
      <div className="acts">
        <a className="btn" href={`/runs/${run.id}`}>
          Open
        </a>
        <button type="button" className="btn" onClick={() => void navigator.clipboard.writeText(run.id)}>
          Copy its id
        </button>
        <a className="btn" href={`/runs/${run.id}?tab=source`}>
          Report
        </a>
        {mayWork && !ENDED.has(run.status) ? (
          <button type="button" className="btn danger" onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            Cancel the run
          </button>
        ) : null}
      </div>
      {cancel.error === null ? null : <ProblemNote error={cancel.error} />}
      <button type="button" className="btn" onClick={onClose}>
        Close
      </button>
    </Dialog>
  );
}
