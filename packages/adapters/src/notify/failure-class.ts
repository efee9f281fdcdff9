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

/** A library may put a code of its own over the one that says more. */
export function failureClass(error: unknown): string {
  const codes = [codeOf(error, "originalCode"), codeOf(error, "code")];
  const words = codes.flatMap((code) => CLASSES.find(([known]) => known.test(code))?.[1] ?? []);
  return words[0] ?? "connection";
}

function codeOf(error: unknown, member: "code" | "originalCode"): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, member) : "";
  return typeof code === "string" ? code : "";
}
