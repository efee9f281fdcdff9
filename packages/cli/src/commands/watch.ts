import { listRuns, type RunDesk } from "@writ/runtime";
import { parseId, type Entry, type RunState, factDocuments } from "@writ/core";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { namesFor } from "../compose-user.ts";
import { Following } from "../follow.ts";
import { LiveLog } from "../live-log.ts";
import { factLine } from "../terminal/fact-line.ts";
import { followedFact } from "../terminal/run-show-view.ts";
import { cut } from "../terminal/layout.ts";
import { textEdge, type Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { runShowView } from "../views/run-show.ts";
import { shortId } from "../views/short-id.ts";
import type { NameOf } from "../views/name-of.ts";
import { toldEntry } from "../views/told-entry.ts";
import { followedWhole, lineView } from "../views/told-fact.ts";

/** `writ watch`: what happens in all runs from now on; q or Ctrl-C stops looking. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atRunDesk(world, invocation, async (desk) => {
    const log = new LiveLog(terminal, invocation.json);
    const teller = new Teller(desk, namesFor(world));
    const news = new News(desk, (await desk.moved(null)).end);
    if (!invocation.json && terminal.screen().form === "block")
      log.add(await startLines(terminal.screen(), desk), news.position);
    await log.follow(desk, async () => {
      const seen = await news.since();
      if (invocation.json) for (const line of seen.flatMap(({ entry }) => factDocuments(entry))) terminal.json(line);
      else if (seen.length > 0) log.add(await teller.lines(terminal.screen(), seen), news.position);
      return true;
    });
    return 0;
  });
}

interface Happened {
  readonly entry: Entry;
  readonly state: RunState;
}

/** Entries of all runs as they are added, each with its run folded so far. */
class News {
  readonly #desk: RunDesk;
  readonly #runs = new Map<string, Following>();
  #from: number;

  constructor(desk: RunDesk, from: number) {
    this.#desk = desk;
    this.#from = from;
  }

  /** Of the newest entry that was seen. */
  get position(): number {
    return Math.max(0, this.#from - 1);
  }

  async since(): Promise<readonly Happened[]> {
    const from = this.#from;
    const { end: size, runs: moved } = await this.#desk.moved(from);
    const happened: Happened[] = [];
    for (const run of moved) {
      const following = await this.#following(run);
      let last = from;
      await following?.look(({ entry, state }) => {
        last = entry.seq;
        if (entry.seq >= from) happened.push({ entry, state });
      });
      // One that was read beyond `size` is met there again, and must remember that it was.
      if (following?.state.status === "ended" && last < size) this.#runs.delete(run);
    }
    this.#from = size;
    return happened.toSorted((a, b) => a.entry.seq - b.entry.seq);
  }

  async #following(run: string): Promise<Following | null> {
    const known = this.#runs.get(run);
    if (known !== undefined) return known;
    const id = parseId("run", run);
    if (!id.ok) return null;
    const made = await Following.of(this.#desk, id.value);
    this.#runs.set(run, made);
    return made;
  }
}

async function startLines(screen: Screen, desk: RunDesk): Promise<readonly Line[]> {
  const { needsYou, running } = await listRuns(desk.store, { states: [], before: null, limit: 1_000 });
  const now = `${needsYou.length} ${needsYou.length === 1 ? "run needs" : "runs need"} you, ${running.length} running`;
  return [[...say(screen, "plain", `  ${now}; `), ...say(screen, "dim", "q stops looking, not the runs")], []];
}

/** Tells what happened; the run is named where another one speaks. */
class Teller {
  readonly #desk: RunDesk;
  readonly #nameOf: NameOf;
  #speaking = "";

  constructor(desk: RunDesk, nameOf: NameOf) {
    this.#desk = desk;
    this.#nameOf = nameOf;
  }

  async lines(screen: Screen, seen: readonly Happened[]): Promise<readonly Line[]> {
    const rows: Line[] = [];
    for (const { entry, state } of seen) {
      const told = toldEntry(entry, state, this.#nameOf);
      if (screen.form === "lines") {
        rows.push(
          ...told.map((fact) => factLine(screen, { ...lineView(fact), values: [{ key: "run", value: entry.run }] })),
        );
        continue;
      }
      if (told.length > 0) rows.push(...(await this.#name(screen, entry.run, state)));
      rows.push(...told.flatMap((fact) => followedFact(screen, followedWhole(fact))));
    }
    return rows;
  }

  async #name(screen: Screen, run: string, state: RunState): Promise<readonly Line[]> {
    if (this.#speaking === run) return [];
    this.#speaking = run;
    const { goal } = runShowView(state, state.now, this.#nameOf);
    const head = [
      ...say(screen, "strong", `  ${await shortId(this.#desk, run)}`),
      ...say(screen, "dim", `  ${goal.split("\n")[0] ?? ""}`),
    ];
    return [cut(screen, head, textEdge(screen))];
  }
}
