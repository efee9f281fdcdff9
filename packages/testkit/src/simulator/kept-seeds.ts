/** The seeds of `seeds.json`: each failed once, before the bug it found was mended. */
export function keptSeeds(text: string): readonly number[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((kept: unknown) =>
    typeof kept === "object" && kept !== null && "seed" in kept && typeof kept.seed === "number" ? [kept.seed] : [],
  );
}
