import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import type { Answer } from "@writ/api/contract/forms";
import { RUN_STATUSES, type RunStatus } from "@writ/core";
import { useState } from "react";
import { client, type TaskHead } from "../api/connection.ts";
import { runs } from "../api/queries.ts";
import { useBatches } from "../live/live.tsx";
import { useNow } from "../text/use-now.ts";
import { byDay, listRows, type Group, type ListRow } from "./run-groups.ts";

type Page = Answer<"list_tasks">;
type Pages = InfiniteData<Page>;

/** What narrows the list, as it stands in the URL. */
export interface RunFilter {
  readonly state?: string | undefined;
  readonly q?: string | undefined;
  readonly tool?: string | undefined;
  readonly since?: string | undefined;
}

const ALL = RUN_STATUSES.filter((status) => status !== "in_progress");
/** More changed runs than this at once are read as a list. */
const MOST_SINGLE = 12;

export interface RunList {
  readonly rows: readonly ListRow[];
  readonly counts: Readonly<Record<string, number>>;
  /** Runs that began since the list was read, and are not shown yet. */
  readonly fresh: number;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly needs: number;
  readonly more: () => void;
  readonly readAnew: () => void;
}

/** The runs that need a person, those that run, then the others by day; kept as fresh as the log. */
export function useRunList(filter: RunFilter): RunList {
  const queries = useQueryClient();
  const now = useNow(60_000);
  const [fresh, setFresh] = useState(0);
  const bounds = {
    ...(filter.q === undefined ? {} : { q: filter.q }),
    ...(filter.tool === undefined ? {} : { tool: filter.tool }),
    ...(filter.since === undefined ? {} : { since: filter.since }),
  };
  const one = RUN_STATUSES.find((status) => status === filter.state);
  const showsAll = filter.state === undefined;
  const needs = useInfiniteQuery({
    ...runs({ ...bounds, needs_you: "true" }),
    enabled: showsAll || filter.state === "needs_you",
  });
  const running = useInfiniteQuery({
    ...runs({ ...bounds, needs_you: "false", state: ["in_progress"] }),
    enabled: showsAll,
  });
  const rest = useInfiniteQuery({
    ...runs(one === undefined ? { ...bounds, needs_you: "false", state: [...ALL] } : { ...bounds, state: [one] }),
    enabled: filter.state !== "needs_you",
  });

  useBatches((events) => {
    const began = events.filter(({ data }) => data.facts.some(({ type }) => type === "run_started")).length;
    const changed = new Set(events.flatMap(({ data }) => (data.run_id === null ? [] : [data.run_id])));
    const isLong = (rest.data?.pages.length ?? 0) > 1;
    if (!isLong || changed.size > MOST_SINGLE) void queries.invalidateQueries({ queryKey: ["runs"] });
    else {
      setFresh((count) => count + began);
      for (const id of changed) void replaceRow(id);
      void queries.invalidateQueries({ queryKey: runs({ ...bounds, needs_you: "true" }).queryKey });
    }
  });

  /** Rows update in place: a list that is scrolled far is not read from its beginning for one of them. */
  async function replaceRow(id: string): Promise<void> {
    const { steps: _, policy_mode: __, ...head } = await client.call("get_task", { params: { id } });
    queries.setQueriesData<Pages>({ queryKey: ["runs"] }, (data) => (data === undefined ? data : withRow(data, head)));
  }

  const groups: readonly Group[] = [
    ...(showsAll || filter.state === "needs_you"
      ? [{ name: "Needs you", runs: itemsOf(needs.data), total: itemsOf(needs.data).length }]
      : []),
    ...(showsAll ? [{ name: "Running", runs: itemsOf(running.data), total: itemsOf(running.data).length }] : []),
    ...(filter.state === "needs_you" ? [] : byDay(itemsOf(rest.data), now)),
  ];
  const main = filter.state === "needs_you" ? needs : rest;
  return {
    rows: listRows(groups),
    counts: main.data?.pages[0]?.counts ?? {},
    needs: itemsOf(needs.data).length,
    fresh,
    error: needs.error ?? rest.error,
    isLoading: main.data === undefined,
    more: () => {
      if (main.hasNextPage && !main.isFetchingNextPage) void main.fetchNextPage();
    },
    readAnew: () => {
      setFresh(0);
      void queries.resetQueries({ queryKey: ["runs"] });
    },
  };
}

function itemsOf(data: Pages | undefined): readonly TaskHead[] {
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

function withRow(data: Pages, head: TaskHead): Pages {
  return {
    ...data,
    pages: data.pages.map((page) =>
      page.items.some(({ id }) => id === head.id)
        ? { ...page, items: page.items.map((each) => (each.id === head.id ? head : each)) }
        : page,
    ),
  };
}

/** Tasks of the workspace in some states. */
export function countOf(counts: Readonly<Record<string, number>>, states: readonly RunStatus[] = RUN_STATUSES): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}
