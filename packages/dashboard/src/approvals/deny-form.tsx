import { useState, type FormEvent, type ReactNode } from "react";
import { remember, remembered } from "../system/storage.ts";

const SUGGESTIONS = ["Wrong target", "Not now", "Needs tests first"];
const MOST = 4_000;

/** A no needs its reason. What was typed is kept until it is sent, whatever happens to the page. */
export function DenyForm(props: {
  readonly off: boolean;
  readonly onClose: () => void;
  readonly onDeny: (reason: string) => void;
}): ReactNode {
  const { off, onClose, onDeny } = props;
  const [reason, setReason] = useState(() => remembered("reason") ?? "");
  const type = (text: string): void => {
    setReason(text);
    remember("reason", text === "" ? null : text);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onDeny(reason.trim());
    remember("reason", null);
  };
  return (
    <form className="deny" onSubmit={submit}>
      <div className="sugg" role="group" aria-label="Reasons">
        {SUGGESTIONS.map((suggestion) => (
          <button key={suggestion} type="button" onClick={() => type(suggestion)}>
            {suggestion}
          </button>
        ))}
      </div>
      <div className="line">
        <label className="field grow">
          <span className="sr">Why you deny it</span>
          <input
            autoFocus
            value={reason}
            maxLength={MOST}
            placeholder="Why"
            onChange={(event) => type(event.target.value)}
          />
        </label>
        <button type="submit" className="btn danger" disabled={off || reason.trim() === ""}>
          Deny
        </button>
        <button type="button" className="btn" onClick={onClose}>
          Back
        </button>
      </div>
    </form>
  );
}
