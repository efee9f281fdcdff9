import type { ReactNode } from "react";
import { Dialog } from "../piece/dialog.tsx";
import { GoalBox } from "./goal-box.tsx";

/** A new run, from wherever one is. */
export function NewRun({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="New run" onClose={onClose}>
      <GoalBox initial="" />
      <div className="row">
        <span className="grow" />
        <button type="button" className="btn" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
