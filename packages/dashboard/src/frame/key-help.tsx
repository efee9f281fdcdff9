import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../api/connection.ts";
import { useKeysShown } from "../app/keys.tsx";
import { THEMES, useTheme } from "../app/theme.ts";
import { Dialog } from "../piece/dialog.tsx";
import { Segment } from "../piece/segment.tsx";

/** All keys, and what this browser keeps of how the pages look. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { shown, single, switchSingle } = useKeysShown();
  const [theme, setTheme] = useTheme();
  const logOut = (): void => {
    client.call("log_out", { body: {} }).then(
      () => location.assign("/login"),
      () => location.assign("/login"),
    );
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <p className="soft">No single key decides anything: keys move and focus.</p>
      <dl className="kv keys">
        {shown.map(({ keys, does }) => (
          <div key={`${keys} ${does}`} className="contents">
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="row">
        <span className="grow">Single keys</span>
        <Segment
          label="Single keys"
          options={[
            ["on", "On"],
            ["off", "Off"],
          ]}
          value={single}
          onChange={switchSingle}
        />
      </div>
      <div className="row">
        <span className="grow">Colours</span>
        <Segment
          label="Colours"
          options={THEMES.map(
            (name) => [name, { system: "As the system", light: "Light", dark: "Dark" }[name]] as const,
          )}
          value={theme}
          onChange={setTheme}
        />
      </div>
      <div className="row">
        <Link to="/reference" onClick={onClose}>
          API reference
        </Link>
        <span className="grow" />
        <button type="button" className="btn small" onClick={logOut}>
          Log out
        </button>
        <button type="button" className="btn small primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
