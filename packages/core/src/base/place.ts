import type { Place } from "./error.ts";

/** A place as another process wrote it: every member that is of its type. */
export function readPlace({ file, line, column, step, field }: Partial<Record<keyof Place, unknown>>): Place {
  return {
    ...(typeof file === "string" ? { file } : {}),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof column === "number" ? { column } : {}),
    ...(typeof step === "string" ? { step } : {}),
    ...(typeof field === "string" ? { field } : {}),
  };
}
