/** A file that is served to anybody: the dashboard's, and the pages of errors. */
export interface StaticFile {
  readonly media: string;
  readonly bytes: Uint8Array;
  /** Its name changes with its content, so it may be kept for good. */
  readonly isImmutable: boolean;
}

/** Everything that is served without asking, by its exact path; nothing is looked up on a disk. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** Where the dashboard's page lies in the files. */
export const PAGE = "/index.html";

/** Places of the dashboard: one page serves them all. */
const PLACES =
  /^\/(?:$|(?:runs|approvals|replay|tools)(?:\/[A-Za-z0-9._%~-]{1,300})?$|(?:audit|policy|metrics|login|reference)$)/;

/** Whether a browser goes to a place of the dashboard; programs ask the same paths for JSON. */
export function isPlace(path: string, accept: string | undefined): boolean {
  return PLACES.test(path) && (path === "/" || path === "/login" || (accept ?? "").includes("text/html"));
}
