/** Who caused an entry. `id` is a pseudonym; names live outside the log. */
export interface Actor {
  readonly kind: "user" | "agent" | "service" | "automation" | "policy" | "system";
  readonly id: string;
  /** Of an authenticated person. */
  readonly session?: string;
}

export const EXECUTOR: Actor = { kind: "system", id: "executor" };
