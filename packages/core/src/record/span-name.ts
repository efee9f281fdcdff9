/** Names of a run's spans, unique in the run: whoever knows what a span is about knows its id. */
export const SPAN_NAME = {
  run: "run",
  plan: (version: number) => `plan ${version}`,
  planChat: (version: number) => `plan ${version} chat`,
  verification: (version: number) => `verification ${version}`,
  approval: (approval: string) => `approval ${approval}`,
  attempt: (step: string, attempt: number) => `attempt ${step}#${attempt}`,
  attemptChat: (step: string, attempt: number) => `attempt ${step}#${attempt} chat`,
} as const;
