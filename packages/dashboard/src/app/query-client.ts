import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isRefusal, isSignedOut } from "../api/connection.ts";

const TRIES = 2;

/** @param onSignedOut called when any reading finds that nobody is logged in any more */
export function queryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: "always",
        retry: (count, error) => count < TRIES && !isRefusal(error),
        retryDelay: (count) => 400 * 2 ** count,
      },
      mutations: { networkMode: "always" },
    },
  });
}
