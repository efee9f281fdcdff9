import {
  epochMs,
  may,
  mintId,
  OrchestratorError,
  parseId,
  PRINCIPAL_KINDS,
  ROLES,
  type Actor,
  type Hasher,
  type PrincipalKind,
  type Role,
} from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { Entropy } from "../ports/entropy.ts";
import type { TokenRow, Tokens } from "../ports/tokens.ts";

/** Who a door speaks with, once it knows. */
export interface Principal {
  readonly tokenId: string;
  readonly role: Role;
  readonly kind: PrincipalKind;
  /** A pseudonym. */
  readonly user: string;
  /** A browser's cookie, not a token. */
  readonly isLogin: boolean;
  /** Epoch, in milliseconds; null for no end. */
  readonly expiresAt: number | null;
}

export interface NewToken {
  readonly role: Role;
  readonly kind: PrincipalKind;
  /** The pseudonym it acts under. */
  readonly user: string;
  readonly label: string | null;
  /** Null for one that holds until it is revoked. */
  readonly ttlMs: number | null;
}

/** A token as it is handed out: its secret is told once and kept nowhere. */
export interface IssuedToken {
  /** `writ_`, the 26 characters of the id, `_`, 43 characters of base64url: 256 bits. */
  readonly token: string;
  readonly id: string;
  readonly role: Role;
}

export interface AccessPorts {
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hash: Hasher;
  /** Takes as long for equal texts as for different ones of the same length. */
  readonly equal: (a: string, b: string) => boolean;
}

const SECRET_BYTES = 32;
const TOKEN = /^writ_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/;
/** How long a browser stays logged in. */
const LOGIN_MS = 12 * 3_600_000;

/** Who may come in: tokens are made, shown once, recognised and revoked. */
export class Access {
  readonly #ports: AccessPorts;

  constructor(ports: AccessPorts) {
    this.#ports = ports;
  }

  /** @throws OrchestratorError `approval_agent_forbidden` for a program that would decide (R5) */
  async create({ role, kind, user, label, ttlMs }: NewToken): Promise<IssuedToken> {
    if (kind !== "user" && (role === "admin" || role === "approver"))
      throw new OrchestratorError(
        "approval_agent_forbidden",
        `deciding is a person's: a token for an ${kind} is a viewer's, an operator's or an auditor's`,
      );
    const expires = ttlMs === null ? null : this.#ports.clock.now() + ttlMs;
    return this.#issue({ role, kind, user_id: user, label, login_of: null, expires_at_ms: expires });
  }

  /** A browser's own token, which ends with the one it was exchanged for, and after twelve hours. */
  async logIn(principal: Principal): Promise<IssuedToken> {
    const { role, kind, user, tokenId, expiresAt } = principal;
    const end = this.#ports.clock.now() + LOGIN_MS;
    return this.#issue({
      role,
      kind,
      user_id: user,
      label: null,
      login_of: tokenId,
      expires_at_ms: expiresAt === null ? end : Math.min(end, expiresAt),
    });
  }

  /** Who a token speaks for. @throws OrchestratorError `token_invalid` for one that is unknown, over or revoked, without saying which */
  async recognise(text: string): Promise<Principal> {
    const [, body = "", secret = ""] = TOKEN.exec(text) ?? [];
    const row = body === "" ? null : await this.#ports.tokens.get(`tok_${body}`);
    // Without a row the comparison is made all the same: how long it takes tells nothing.
    const isSecret = this.#ports.equal(row?.secret_hash ?? NOBODY, this.#ports.hash.sha256Hex(secret));
    if (row === null || !isSecret || !this.#holds(row)) throw invalid();
    return principalOf(row);
  }

  /** Whether a token still holds, for those who stay for long. */
  async stillHolds(tokenId: string): Promise<boolean> {
    const row = await this.#ports.tokens.get(tokenId);
    return row !== null && this.#holds(row);
  }

  list(): Promise<readonly TokenRow[]> {
    return this.#ports.tokens.list();
  }

  /** @throws OrchestratorError `token_not_found` */
  async revoke(id: string): Promise<{ readonly id: string; readonly revokedAt: number }> {
    const row = parseId("token", id).ok ? await this.#ports.tokens.get(id) : null;
    if (row === null)
      throw new OrchestratorError("token_not_found", `there is no token ${id}; see them with: writ token list`);
    const now = this.#ports.clock.now();
    await this.#ports.tokens.revoke(id, now);
    return { id, revokedAt: row.revoked_at_ms ?? now };
  }

  #holds({ revoked_at_ms: revoked, expires_at_ms: end }: TokenRow): boolean {
    return revoked === null && (end === null || end > this.#ports.clock.now());
  }

  async #issue(
    row: Pick<TokenRow, "kind" | "user_id" | "label" | "login_of" | "expires_at_ms"> & { readonly role: Role },
  ): Promise<IssuedToken> {
    const { tokens, clock, entropy, hash } = this.#ports;
    const now = epochMs(clock.now());
    const id = mintId("token", now, entropy.bytes(10));
    const secret = base64Url(entropy.bytes(SECRET_BYTES));
    const kept = { secret_hash: hash.sha256Hex(secret), created_at_ms: now, revoked_at_ms: null };
    await tokens.put({ token_id: id, ...row, ...kept });
    return { token: `writ_${id.slice("tok_".length)}_${secret}`, id, role: row.role };
  }
}

/** Who did something by a door, as the log names them. */
export function actorOf({ kind, user, tokenId }: Principal): Actor {
  return { kind, id: user, session: tokenId };
}

/** @throws OrchestratorError `role_insufficient`; `approval_agent_forbidden` where the role would do and a program asks */
export function assertMay(principal: Principal, wanted: Parameters<typeof may>[1]): void {
  if (may(principal, wanted)) return;
  if (principal.kind !== "user" && may({ ...principal, kind: "user" }, wanted))
    throw new OrchestratorError(
      "approval_agent_forbidden",
      "deciding is a person's; this token was made for a program",
    );
  throw new OrchestratorError(
    "role_insufficient",
    `the role ${principal.role} may not ${wanted}; ask for a token of another role: writ token create --role …`,
    { details: { role: principal.role, needs: wanted } },
  );
}

const NOBODY = "0".repeat(64);

function principalOf({ token_id, role, kind, user_id, login_of, expires_at_ms }: TokenRow): Principal {
  const known = ROLES.find((each) => each === role);
  const who = PRINCIPAL_KINDS.find((each) => each === kind);
  if (known === undefined || who === undefined) throw invalid();
  return {
    tokenId: token_id,
    role: known,
    kind: who,
    user: user_id,
    isLogin: login_of !== null,
    expiresAt: expires_at_ms,
  };
}

function invalid(): OrchestratorError {
  return new OrchestratorError(
    "token_invalid",
    "the token is not one that holds here; make one with: writ token create --role viewer",
  );
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
