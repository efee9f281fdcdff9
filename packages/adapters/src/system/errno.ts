/** The name of a failed system call's error, such as `ENOENT`; null for an error that is no such thing. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : null;
}
