/** What of a page stands in its URL: names with texts, nothing else. */
export type View<K extends string> = { readonly [P in K]?: string | undefined };

/** Reads the named members of a query and lets all others go. */
export function viewOf<const K extends string>(...names: readonly K[]) {
  return (search: Readonly<Record<string, unknown>>): View<K> => {
    const view: { [P in K]?: string } = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === "string" && value !== "") view[name] = value;
    }
    return view;
  };
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (typeof value === "string" && value !== "") params.set(name, value);
  return params.size === 0 ? "" : `?${params.toString()}`;
}
