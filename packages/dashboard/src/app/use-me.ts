import { useQuery } from "@tanstack/react-query";
import type { Capability } from "@writ/core";
import type { Me } from "../api/connection.ts";
import { me } from "../api/queries.ts";

export function useMe(): Me | undefined {
  return useQuery(me).data;
}

/** Nothing is shown as a button that would be refused. */
export function useMay(capability: Capability): boolean {
  return useMe()?.capabilities.includes(capability) ?? false;
}

export function useDecides(): "decides" | "looks" {
  return useMay("decide") ? "decides" : "looks";
}
