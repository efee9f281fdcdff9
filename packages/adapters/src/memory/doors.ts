import type { AskedBefore, Doors, GivenAnswer, SpentRow, TokenRow } from "@writ/runtime";

/** What doors keep, as long as the process lives. */
export function memoryDoors(): Doors {
  const tokens = new Map<string, TokenRow>();
  const answers = new Map<string, AskedBefore>();
  const spent = new Map<string, SpentRow>();
  const keyOf = (asked: { readonly token_id: string; readonly name: string }): string =>
    JSON.stringify([asked.token_id, asked.name]);
  return {
    tokens: {
      async put(row) {
        tokens.set(row.token_id, row);
      },
      get: async (id) => tokens.get(id) ?? null,
      list: async () =>
        [...tokens.values()]
          .filter(({ login_of }) => login_of === null)
          .toSorted((a, b) => (a.token_id < b.token_id ? 1 : -1)),
      async revoke(id, atMs) {
        const row = tokens.get(id);
        if (row === undefined || row.revoked_at_ms !== null) return false;
        for (const each of tokens.values()) {
          if ((each.token_id === id || each.login_of === id) && each.revoked_at_ms === null)
            tokens.set(each.token_id, { ...each, revoked_at_ms: atMs });
        }
        return true;
      },
    },
    answers: {
      async begin(asked) {
        const before = answers.get(keyOf(asked)) ?? null;
        if (before === null) answers.set(keyOf(asked), { ...asked, answer: null });
        return before;
      },
      async finish(asked, answer: GivenAnswer) {
        const before = answers.get(keyOf(asked));
        if (before !== undefined) answers.set(keyOf(asked), { ...before, answer });
      },
      async drop(asked) {
        answers.delete(keyOf(asked));
      },
      async forget(beforeMs) {
        for (const [key, { at_ms }] of answers) if (at_ms < beforeMs) answers.delete(key);
      },
    },
    spending: {
      read: async () => [...spent.values()],
      async write(rows) {
        for (const row of rows) spent.set(row.who, row);
      },
    },
  };
}
