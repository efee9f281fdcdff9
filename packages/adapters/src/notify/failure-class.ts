import { ADDRESS_REFUSED } from "./open-address.ts";

/** What was wrong with a connection, by the code of its error: the class that stands in lists, never its message. */
const CLASSES: readonly (readonly [codes: RegExp, word: string])[] = [
  [new RegExp(`^${ADDRESS_REFUSED}$`), "address_refused"],
  [/^(?:ENOTFOUND|EAI_.*|EDNS)$/, "name_not_found"],
  [/^ECONNREFUSED$/, "connection_refused"],
  [/^(?:ETIMEDOUT|ABORT_ERR)$/, "timeout"],
  [/^(?:EAUTH|ENOAUTH)$/, "login_refused"],
  [/^(?:EENVELOPE|EMESSAGE)$/, "refused"],
  [/^HPE_/, "not_http"],
  [/^EPROTOCOL$/, "not_smtp"],
  [/CERT|TLS|SSL|SIGNED|LEAF_SIGNATURE/, "tls"],
  [/^(?:ECONNRESET|EPIPE|ECONNECTION)$/, "connection_lost"],
];

export function failureClass(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return CLASSES.find(([codes]) => codes.test(code))?.[1] ?? "connection";
}
