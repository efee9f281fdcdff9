import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client } from "../api/connection.ts";
import { freshKey } from "../system/entropy.ts";

export interface Start {
  readonly goal: string;
  /** Whether it begins, or its plan is only looked at. */
  readonly next: "run" | "look";
}

/** Plans a goal, lets it run where that is wanted, and opens it. */
export function useStartRun() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ goal, next }: Start) => {
      const task = await client.call("create_task", { body: { goal }, idempotencyKey: freshKey() });
      if (next === "run")
        await client.call("run_task", { params: { id: task.id }, body: {}, idempotencyKey: freshKey() });
      return task;
    },
    onSuccess: (task) => navigate({ to: "/runs/$id", params: { id: task.id } }),
  });
}
