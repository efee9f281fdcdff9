import { parseStrict, type RunId, type RunView } from "@writ/core";
import { json, type Handlers, type Reply } from "../call.ts";
import type { EventFrame } from "../event-frame.ts";
import { knownRun } from "../known-run.ts";
import type { ServerPorts } from "../ports.ts";

const USUAL_LIMIT = 100;

/** Streams and pages of what happens. */
export const EVENT_HANDLERS: Handlers<"list_events" | "list_task_events"> = {
  async list_events({ query, media, lastEventId }, ports) {
    const after = lastEventId ?? query.after ?? null;
    if (media === "text/event-stream") return following(ports, null, after);
    await ports.events.catchUp();
    return pageOf(await ports.events.from((after ?? -1) + 1), query.limit);
  },

  async list_task_events({ params, query, media, lastEventId }, ports) {
    const run = await knownRun(ports.desk, params.id);
    const after = lastEventId ?? query.after ?? -1;
    if (media === "text/event-stream") return taskStream(ports, run, after);
    await ports.events.catchUp();
    return pageOf(await ports.events.ofRun(run, after + 1), query.limit);
  },
};

/** Where it stands whether a task has ended, and what was told of it. */
export interface TaskStreamPorts extends Pick<ServerPorts, "events"> {
  readonly desk: {
    readonly store: { readonly views: { run(run: RunId): Promise<Pick<RunView, "ended_at_ms"> | null> } };
  };
}

/** The stream of one task; nothing where it has ended and all of it was told. @param after the last position the reader has */
export async function taskStream(ports: TaskStreamPorts, run: RunId, after: number): Promise<Reply> {
  const view = await ports.desk.store.views.run(run);
  if (view?.ended_at_ms == null) return following(ports, run, after);
  // Its end may be written and not yet read: who is told that there is nothing asks no more.
  await ports.events.catchUp();
  const isTold = (await ports.events.ofRun(run, after + 1)).length === 0;
  return isTold ? { kind: "nothing" } : following(ports, run, after);
}

/** @param after null for who wants what comes from now on */
function following(ports: Pick<ServerPorts, "events">, run: RunId | null, after: number | null): Reply {
  return { kind: "stream", wish: { from: after === null ? ports.events.end : after + 1, run } };
}

function pageOf(frames: readonly EventFrame[], limit = USUAL_LIMIT): Reply {
  const shown = frames.slice(0, limit);
  const last = shown.at(-1);
  return json({
    items: shown.map((frame) => parseStrict(frame.json)),
    next_after: last === undefined || frames.length <= limit ? null : last.seq,
  });
}
