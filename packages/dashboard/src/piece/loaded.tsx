import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemNote } from "./problem.tsx";
import { Skeleton } from "./skeleton.tsx";

/** What a query found, or what to say in its place. What is known stays while it is read anew. */
export function Loaded<T>(props: {
  readonly query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { query, rows = 4, children } = props;
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <ProblemNote error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton rows={rows} />;
}
