import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { isSignedOut } from "../api/connection.ts";
import { me } from "../api/queries.ts";
import { KeysProvider } from "../app/keys.tsx";
import { LiveProvider } from "../live/live.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { Announcer } from "./announcer.tsx";
import { Banners } from "./banners.tsx";
import { GlobalKeys } from "./global-keys.tsx";
import { KeyHelp } from "./key-help.tsx";
import { Rail } from "./rail.tsx";
import { StatusBar } from "./status-bar.tsx";

/** What stands around every page. */
export function Frame(): ReactNode {
  const who = useQuery(me);
  const [help, setHelp] = useState<"open" | "closed">("closed");
  if (who.data === undefined) {
    const isElsewhere = who.error === null || isSignedOut(who.error);
    return isElsewhere ? null : (
      <main className="login">
        <ProblemNote error={who.error} retry={() => void who.refetch()} />
      </main>
    );
  }
  return (
    <KeysProvider>
      <LiveProvider>
        <a className="skip" href="#main">
          Skip to content
        </a>
        <div className="app">
          <Rail me={who.data} />
          <div className="main">
            <Banners />
            <main id="main" className="page" tabIndex={-1}>
              <Outlet />
            </main>
            <StatusBar onHelp={() => setHelp("open")} />
          </div>
        </div>
        <Announcer />
        <GlobalKeys onHelp={() => setHelp("open")} />
        {help === "open" ? <KeyHelp onClose={() => setHelp("closed")} /> : null}
      </LiveProvider>
    </KeysProvider>
  );
}
