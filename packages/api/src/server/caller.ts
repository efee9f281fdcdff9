import { OrchestratorError, type Hasher } from "@writ/core";
import type { Access, Principal } from "@writ/runtime";
import { csrfOf, LOGIN_COOKIE } from "./login.ts";

export interface Caller {
  readonly principal: Principal;
  /** What they proved themselves with. */
  readonly credential: string;
}

interface Headers {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly csrf: string | undefined;
}

/**
 * Who sent a request: by a token, or by the cookie of a browser, which for a change must prove that its own page asks.
 *
 * @throws OrchestratorError `token_missing`, `token_invalid`, `csrf_missing`
 */
export async function callerOf(
  { access, hash }: { readonly access: Access; readonly hash: Hasher },
  method: string,
  { authorization, cookie, csrf }: Headers,
): Promise<Caller> {
  const bearer = /^Bearer +(\S{1,200})$/i.exec(authorization ?? "")?.[1];
  if (bearer !== undefined) {
    const principal = await access.recognise(bearer);
    // A cookie's value is no token: it would come without the proof that a page asks.
    if (principal.isLogin) throw invalid();
    return { principal, credential: bearer };
  }
  if (authorization !== undefined) throw invalid();
  const credential = cookieOf(cookie);
  if (credential === null)
    throw new OrchestratorError(
      "token_missing",
      "say who you are: Authorization: Bearer <token>; make a token with: writ token create --role viewer",
    );
  const principal = await access.recognise(credential);
  if (!principal.isLogin) throw invalid();
  if (method === "POST" && csrf !== csrfOf(hash, credential))
    throw new OrchestratorError(
      "csrf_missing",
      "a browser's change needs X-Writ-CSRF, which GET /me tells; load the page again",
    );
  return { principal, credential };
}

function cookieOf(header: string | undefined): string | null {
  const found = (header ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${LOGIN_COOKIE}=`));
  const [one, another] = found;
  return one === undefined || another !== undefined ? null : one.slice(LOGIN_COOKIE.length + 1);
}

function invalid(): OrchestratorError {
  return new OrchestratorError(
    "token_invalid",
    "the authorization is no token that holds here; send Authorization: Bearer <token>",
  );
}
