import { OrchestratorError } from "@writ/core";

/** A place in a list: an instant and an id. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

/** A place as callers carry it: they do not look into it. */
export function cursorOf({ at, id }: Place): string {
  return Buffer.from(`${at} ${id}`).toString("base64url");
}

/** @throws OrchestratorError `cursor_malformed` */
export function placeOf(cursor: string): Place {
  const [, at, id] =
    /^(\d{1,15}) ([a-z]{2,4}_[0-7][0-9a-hjkmnp-tv-z]{25})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (at === undefined || id === undefined)
    throw new OrchestratorError(
      "cursor_malformed",
      "the cursor is none that this server gave; start at the first page",
    );
  return { at: Number(at), id };
}
