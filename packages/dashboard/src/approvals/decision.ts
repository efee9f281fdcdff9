import { ApiProblem } from "@writ/api/client/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, type Approval, type ApprovalRequest } from "../api/connection.ts";
import { freshKey } from "../system/entropy.ts";

export type Decision =
  | { readonly kind: "approve"; readonly confirmation: string | null }
  | { readonly kind: "deny"; readonly reason: string }
  | { readonly kind: "ask_again" };

interface Decided {
  /** As it stands now; null where another request took its place. */
  readonly approval: Approval | null;
  /** The request that took its place. */
  readonly next: string | null;
}

/** Sends a person's word, with the hash of what they saw; the server compares. */
export function useDecision(request: ApprovalRequest, onDone: (decision: Decision, next: string | null) => void) {
  const queries = useQueryClient();
  const { approval_id: id, binding_hash, run_id } = request;
  return useMutation({
    mutationFn: async (decision: Decision): Promise<Decided> => {
      const params = { id };
      const idempotencyKey = freshKey();
      switch (decision.kind) {
        case "approve": {
          const { confirmation } = decision;
          const body = { binding_hash, ...(confirmation === null ? {} : { confirmation }) };
          return { approval: (await client.call("approve", { params, body, idempotencyKey })).approval, next: null };
        }
        case "deny": {
          const body = { reason: decision.reason };
          return { approval: (await client.call("deny", { params, body, idempotencyKey })).approval, next: null };
        }
        case "ask_again":
          return {
            approval: null,
            next: (await client.call("ask_again", { params, body: {}, idempotencyKey })).approval.approval_id,
          };
      }
    },
    onSuccess: async ({ approval, next }, decision) => {
      // What became of it stays on the screen beside what was decided on, whatever the next reading says.
      if (approval !== null)
        queries.setQueryData<ApprovalRequest>(["approval", id], (known) =>
          known === undefined ? known : { ...known, ...approval, moved: null },
        );
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["approvals"] }),
        queries.invalidateQueries({ queryKey: ["approval", id] }),
        queries.invalidateQueries({ queryKey: ["run", run_id] }),
      ]);
      onDone(decision, next);
    },
    // Whatever refused it says that this page is behind: look again.
    onError: () => queries.invalidateQueries({ queryKey: ["approval", id] }),
  });
}

/** Whether somebody else was first. */
export function isDecidedAlready(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.code === "approval_already_decided";
}
