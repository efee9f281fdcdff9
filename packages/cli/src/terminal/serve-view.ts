import type { Screen } from "./screen.ts";
import type { Line } from "./span.ts";
import { toldLines } from "./told-lines.ts";

export interface ServeView {
  readonly url: string;
  /** Lets one browser in, once. */
  readonly code: string;
}

/** Where the server is, and how one gets in. */
export function serveLines(screen: Screen, { url, code }: ServeView): readonly Line[] {
  return toldLines(screen, {
    title: "Serving",
    sentence: `${url}, on this machine only; Ctrl-C ends it, runs go on at the next start`,
    rows: [
      { label: "browser", value: `${url}/login#code=${code}` },
      { label: "", value: "lets one browser in, once" },
    ],
    next: { title: "A token for programs", command: "writ token create --role operator" },
  });
}
