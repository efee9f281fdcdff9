import { OrchestratorError, parseYaml, type Problem, type YamlFile } from "@writ/core";
import type * as z from "zod";

const MAX_CHARACTERS = 262_144;

/**
 * Reads one configuration file against its schema; every problem at once, each
 * with line and column.
 *
 * @throws OrchestratorError `config_invalid`
 */
export function readConfigFile<S extends z.ZodType>(file: string, text: string, schema: S): z.infer<S> {
  const read = parseYaml(file, text, MAX_CHARACTERS);
  if (!read.ok)
    throw invalid(
      file,
      read.error.map(({ message, place }) => ({ code: "config_invalid", message, place })),
    );
  const parsed = schema.safeParse(read.value.value ?? {});
  if (parsed.success) return parsed.data;
  throw invalid(
    file,
    parsed.error.issues.flatMap((issue) => problemsOf(read.value, issue)),
  );
}

function problemsOf({ placeOf }: YamlFile, issue: z.core.$ZodIssue): readonly Problem[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [null];
  return keys.map((key) => {
    const path = key === null ? issue.path : [...issue.path, key];
    const message = key === null ? issue.message : `"${key}" is not a known key here`;
    return { code: "config_invalid", message, place: { ...placeOf(path), field: path.map(String).join(".") } };
  });
}

function invalid(file: string, problems: readonly Problem[]): OrchestratorError {
  const count = problems.length === 1 ? "1 error" : `${problems.length} errors`;
  return new OrchestratorError("config_invalid", `${file} has ${count} and nothing ran; mend it and try again`, {
    problems,
  });
}
