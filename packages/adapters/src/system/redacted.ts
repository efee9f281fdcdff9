import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";
import { MASK, type Secrets } from "@writ/runtime";

/** Names, without case and signs, of what is never shown. An id of such a thing is: `token_id` names one and opens nothing. */
const SECRET_NAME = /(?:authorization|cookie|token|secret|password|passwd|credential|key)$|^(?:password|secret|cookie)/;
/** The same in the plural: a number there counts them. */
const SECRET_NAMES = /(?:cookie|token|secret|password|credential|key)s$/;

const SCHEME = /\b(bearer|basic|digest|negotiate)\s+[^\s,;"']+/gi;
const QUERY = /([?&;][^=&;\s]*(?:token|secret|password|key|signature)[^=&;\s]*=)[^&;\s]+/gi;

/** Fields without what must not be shown: by what they are called, by what they look like, and by what is known to be secret. */
export function redacted(fields: JsonObject, secrets: Secrets): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      secrets.text(name),
      isSecret(name, value) ? MASK : redactedValue(value, secrets),
    ]),
  );
}

export function redactedText(text: string, secrets: Secrets): string {
  return secrets.text(text).replaceAll(SCHEME, `$1 ${MASK}`).replaceAll(QUERY, `$1${MASK}`);
}

function redactedValue(value: Json, secrets: Secrets): Json {
  if (typeof value === "string") return redactedText(value, secrets);
  if (isJsonArray(value)) return value.map((item) => redactedValue(item, secrets));
  return isJsonObject(value) ? redacted(value, secrets) : value;
}

function isSecret(name: string, value: Json): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (value === null || /ids?$/.test(plain)) return false;
  return SECRET_NAME.test(plain) || (SECRET_NAMES.test(plain) && typeof value !== "number");
}
