import { err, ok, parseYaml, type Place, type Problem, type Result } from "@writ/core";
import type * as z from "zod";

/** A template is a page. */
const MAX_CHARACTERS = 65_536;

/** Data of one schema. Problems have the code `template_malformed`, with line and column, all at once. */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>): Result<T, readonly Problem[]> {
  const read = parseYaml(file, text, MAX_CHARACTERS);
  if (!read.ok) return err(read.error.map(({ message, place }) => malformed(message, place)));
  const parsed = schema.safeParse(read.value.value);
  if (parsed.success) return ok(parsed.data);
  const { placeOf } = read.value;
  return err(
    parsed.error.issues.map(({ path, message }) =>
      malformed(path.length === 0 ? message : `${path.join(".")}: ${message}`, placeOf(path)),
    ),
  );
}

export function malformed(message: string, place: Place): Problem {
  return { code: "template_malformed", message, place, remedy: "compare it with a shipped template" };
}
