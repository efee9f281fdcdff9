import type { ApprovalRequest } from "../api/connection.ts";

/** What would happen, in plain verbs; the tool alone once the words were erased. */
export function titleOf({ preview, title, tool }: Pick<ApprovalRequest, "preview" | "title" | "tool">): string {
  return preview?.title ?? title ?? tool;
}
