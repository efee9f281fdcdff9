/** A name for people of an id that the log knows somebody by; the id itself where no name is known. */
export type NameOf = (id: string) => string;

const USER_ID = /\busr_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g;

/** A sentence with names in the place of ids. */
export function withNames(text: string, nameOf: NameOf): string {
  return text.replaceAll(USER_ID, nameOf);
}
