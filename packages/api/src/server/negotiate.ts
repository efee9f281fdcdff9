import { OrchestratorError } from "@writ/core";

/**
 * The first of what is offered that a caller takes, those they prefer first.
 *
 * @param accept the header; anything goes where it is left out
 * @throws OrchestratorError `not_acceptable`
 */
export function negotiated<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === "") return offered[0];
  const wanted = accept
    .slice(0, 1_000)
    .split(",")
    .map(rangeOf)
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { type } of wanted) {
    const found = offered.find((each) => matches(each, type));
    if (found !== undefined) return found;
  }
  throw new OrchestratorError("not_acceptable", `this is answered as ${offered.join(" or ")}; accept one of them`);
}

function rangeOf(text: string): { readonly type: string; readonly weight: number } {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, weight: Number.isFinite(weight) ? weight : 0 };
}

function matches(media: string, range: string): boolean {
  return range === "*/*" || range === media || (range.endsWith("/*") && media.startsWith(range.slice(0, -1)));
}
