import { ApiProblem } from "@writ/api/client/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, type ApprovalRequest } from "../api/connection.ts";
import { freshKey } from "../system/entropy.ts";

export type Decision =
  | { readonly kind: "approve"; readonly confirmation: string | null }
  | { readonly kind: "deny"; readonly reason: string }
  | { readonly kind: "ask_again" };

/** Sends a person's word, with the hash of what they saw; the server compares. */
export function useDecision(request: ApprovalRequest, onDone: (decision: Decision, next: string | null) => void) {
  const queries = useQueryClient();
  const { approval_id: id, binding_hash, run_id } = request;
  return useMutation({
    mutationFn: async (decision: Decision): Promise<string | null> => {
      const params = { id };
      const idempotencyKey = freshKey();
      switch (decision.kind) {
        case "approve": {
          const { confirmation } = decision;
          const body = { binding_hash, ...(confirmation === null ? {} : { confirmation }) };
          await client.call("approve", { params, body, idempotencyKey });
          return null;
        }
        case "deny":
          await client.call("deny", { params, body: { reason: decision.reason }, idempotencyKey });
          return null;
        case "ask_again":
          return (await client.call("ask_again", { params, body: {}, idempotencyKey })).approval.approval_id;
      }
    },
    onSuccess: async (next, decision) => {
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
