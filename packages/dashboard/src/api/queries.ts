import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Given } from "@writ/api/contract/forms";
import { client, keepCsrf } from "./connection.ts";

type TaskFilter = Omit<NonNullable<Given<"list_tasks", "query">>, "cursor">;

const PAGE = 100;
/** How old the evidence of an open request may get before it is read again. */
const RECHECK_MS = 15_000;

/** Everything the pages read, by noun: the first word of a key is what a fact makes stale. */
export const me = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    const answer = await client.call("get_me", { signal });
    keepCsrf(answer.csrf);
    return answer;
  },
  staleTime: 60_000,
});

export const runs = (filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ pageParam, signal }) =>
      client.call("list_tasks", {
        query: { ...filter, limit: PAGE, ...(pageParam === "" ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const run = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "task"],
    queryFn: ({ signal }) => client.call("get_task", { params: { id }, signal }),
  });

export const plan = (id: string, hash: string | null) =>
  queryOptions({
    queryKey: ["plan", id, hash],
    queryFn: ({ signal }) => client.call("get_plan", { params: { id }, signal }),
    enabled: hash !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const report = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "report"],
    queryFn: ({ signal }) => client.call("get_report", { params: { id }, signal }),
  });

export const step = (id: string, path: string) =>
  queryOptions({
    queryKey: ["run", id, "step", path],
    queryFn: ({ signal }) => client.call("get_step", { params: { id, step: path }, signal }),
  });

export const runEvents = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["run", id, "events"],
    queryFn: ({ pageParam, signal }) =>
      client.call("list_task_events", { params: { id }, query: { after: pageParam, limit: 200 }, signal }),
    initialPageParam: -1,
    getNextPageParam: (page) => page.next_after,
  });

export const record = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "record"],
    queryFn: ({ signal }) => client.call("get_record", { params: { id }, signal }),
  });

export const artifacts = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "artifacts"],
    queryFn: ({ signal }) => client.call("list_artifacts", { params: { id }, signal }),
  });

export const waiting = queryOptions({
  queryKey: ["approvals", "waiting"],
  queryFn: ({ signal }) => client.call("list_approvals", { query: { limit: PAGE }, signal }),
});

const DECIDED = ["granted", "used", "denied", "expired", "voided", "cancelled"] as const;

export const decided = queryOptions({
  queryKey: ["approvals", "decided"],
  queryFn: ({ signal }) => client.call("list_approvals", { query: { state: [...DECIDED], limit: PAGE }, signal }),
});

/** Frozen beside live: read on opening, on focus, on any fact of its run and every 15 s. */
export const approval = (id: string) =>
  queryOptions({
    queryKey: ["approval", id],
    queryFn: ({ signal }) => client.call("get_approval", { params: { id }, signal }),
    refetchInterval: RECHECK_MS,
    refetchOnWindowFocus: "always",
    refetchOnMount: "always",
  });

export const tools = queryOptions({
  queryKey: ["tools"],
  queryFn: ({ signal }) => client.call("list_tools", { signal }),
});

export const tool = (name: string) =>
  queryOptions({
    queryKey: ["tools", name],
    queryFn: ({ signal }) => client.call("get_tool", { params: { name }, signal }),
  });

export const policy = queryOptions({
  queryKey: ["policy"],
  queryFn: ({ signal }) => client.call("get_policy", { signal }),
});

export const checkpoint = queryOptions({
  queryKey: ["audit", "checkpoint"],
  queryFn: ({ signal }) => client.call("get_checkpoint", { signal }),
});

export const entries = (from: number, limit: number) =>
  queryOptions({
    queryKey: ["audit", "entries", from, limit],
    queryFn: ({ signal }) => client.text("list_entries", { query: { from, limit }, signal }, "application/jsonl"),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const replay = (id: string, against: "constrained" | "review_required" | "autonomous" | null) =>
  queryOptions({
    queryKey: ["replay", id, against],
    queryFn: ({ signal }) =>
      client.call("replay_task", { params: { id }, query: against === null ? {} : { against }, signal }),
  });

export const series = (from: string, to: string) =>
  queryOptions({
    queryKey: ["series", from],
    queryFn: ({ signal }) => client.call("get_series", { query: { from, to }, signal }),
    placeholderData: keepPreviousData,
  });

export const openApi = queryOptions({
  queryKey: ["openapi"],
  queryFn: ({ signal }) => client.call("get_openapi", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
