import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useKeys } from "../app/keys.tsx";

/** Keys that are the same on every page. */
export function GlobalKeys({ onHelp }: { readonly onHelp: () => void }): ReactNode {
  const navigate = useNavigate();
  useKeys([
    { keys: "?", does: "all keys", act: onHelp },
    { keys: "g r", does: "go to runs", act: () => void navigate({ to: "/runs" }) },
    { keys: "g a", does: "go to approvals", act: () => void navigate({ to: "/approvals" }) },
    { keys: "g u", does: "go to audit", act: () => void navigate({ to: "/audit" }) },
    { keys: "g y", does: "go to replay", act: () => void navigate({ to: "/replay" }) },
    { keys: "g t", does: "go to tools and policy", act: () => void navigate({ to: "/tools" }) },
    { keys: "g m", does: "go to metrics", act: () => void navigate({ to: "/metrics" }) },
    { keys: "n", does: "new run", act: () => void navigate({ to: "/runs", search: { new: "yes" } }) },
    {
      keys: "/",
      does: "search",
      act: () => {
        const field = document.querySelector<HTMLElement>("input[type=search]");
        if (field === null) void navigate({ to: "/runs" });
        else field.focus();
      },
    },
  ]);
  return null;
}
