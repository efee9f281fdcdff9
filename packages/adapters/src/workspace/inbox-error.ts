import {
  ERRORS,
  type ErrorCode,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  OrchestratorError,
  readPlace,
  type Problem,
} from "@writ/core";

/** An error as it travels from the owner to a caller, who meets the same one. */
export function writeError({ code, message, details, problems }: OrchestratorError): JsonObject {
  return { code, message, details: { ...details }, problems: problems.map(writeProblem) };
}

export function readError(error: Json | undefined): OrchestratorError {
  const { code, message, details, problems } = isJsonObject(error) ? error : {};
  if (typeof code !== "string" || !isErrorCode(code)) {
    return new OrchestratorError(
      "inbox_message_invalid",
      `the owner answered ${String(code)}, which this version does not know`,
    );
  }
  const read = isJsonArray(problems) ? problems.filter(isJsonObject).map(readProblem) : [];
  return new OrchestratorError(code, String(message), { details: readDetails(details), problems: read });
}

function writeProblem({ code, message, place, remedy }: Problem): JsonObject {
  const written = Object.entries(place ?? {}).filter(([, value]) => value !== undefined);
  return { code, message, place: Object.fromEntries(written), ...(remedy === undefined ? {} : { remedy }) };
}

function readProblem({ code, message, place, remedy }: JsonObject): Problem {
  const read = isJsonObject(place) && Object.keys(place).length > 0 ? { place: readPlace(place) } : {};
  return { code: String(code), message: String(message), ...read, ...(typeof remedy === "string" ? { remedy } : {}) };
}

function readDetails(details: Json | undefined): Readonly<Record<string, string | number>> {
  const read: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(isJsonObject(details) ? details : {})) {
    if (typeof value === "string" || typeof value === "number") read[name] = value;
  }
  return read;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
