import { grouped } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { useKeysShown } from "../app/keys.tsx";
import { useLive } from "../live/live.tsx";
import type { LiveState } from "../live/live-state.ts";

const KEYS_SHOWN = 4;
/** Keys that are the same on every page, and arrows that do what letters do. */
const EVERYWHERE = /^(?:g .|[?/n]|Arrow.*)$/;
const WORDS: Readonly<Record<LiveState["kind"], string>> = { connecting: "Connecting", live: "Live", lost: "Not live" };

export function StatusBar({ onHelp }: { readonly onHelp: () => void }): ReactNode {
  const { state, position } = useLive();
  const { shown, single } = useKeysShown();
  const here = shown.filter(({ keys }) => !EVERYWHERE.test(keys));
  return (
    <footer className="statusbar">
      <span className="row">
        <span className={`live ${state.kind}`} aria-hidden="true" />
        {WORDS[state.kind]} · position {grouped(Math.max(0, position))}
      </span>
      <span className="grow" />
      {single === "off"
        ? null
        : here.slice(0, KEYS_SHOWN).map(({ keys, does }) => (
            <span key={keys}>
              <kbd>{keys}</kbd> {does}
            </span>
          ))}
      <button type="button" className="linkish" onClick={onHelp}>
        <kbd aria-hidden="true">?</kbd> all keys
      </button>
    </footer>
  );
}
