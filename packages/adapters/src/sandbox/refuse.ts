import { durationMs, OrchestratorError } from "@writ/core";
import type { Sandbox } from "@writ/runtime";

/** Why there is no sandbox, and the exact way to have one. */
export interface SandboxLack {
  readonly reason: string;
  readonly remedy: string;
}

/** Stands where no sandbox can: refuses to run anything, rather than run it unconfined. */
export function refusingSandbox(lack: SandboxLack): Sandbox {
  return {
    profile: { type: "writ/sandbox/v1", backend: "none" },
    probe: async () => ({
      usable: false,
      backend: "none",
      version: "",
      duration: durationMs(0),
      leaks: [],
      remedy: `${lack.reason}: ${lack.remedy}`,
    }),
    run: async () => {
      throw sandboxUnavailable(lack);
    },
  };
}

export function sandboxUnavailable({ reason, remedy }: SandboxLack): OrchestratorError {
  return new OrchestratorError(
    "sandbox_unavailable",
    `There is no sandbox (${reason}), so nothing was run; ${remedy}.`,
    {
      details: { reason, remedy },
    },
  );
}
