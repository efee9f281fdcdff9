import { useState, type ReactNode } from "react";
import { Icon } from "./icon.tsx";

/** Puts a text into the clipboard and says so in its own place. */
export function CopyButton({ text, name }: { readonly text: string; readonly name: string }): ReactNode {
  const [said, say] = useState("Copy");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => say("Copied"),
      () => say("Not allowed"),
    );
  };
  return (
    <button type="button" className="btn quiet small c" onClick={copy} aria-label={`${said} ${name}`}>
      <Icon name="copy" size="s" />
      {said}
    </button>
  );
}

/** A command that can be typed as it stands. */
export function Command({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="cmd">
      <span className="p" aria-hidden="true">
        $
      </span>
      <span>{text}</span>
      <CopyButton text={text} name="the command" />
    </div>
  );
}
