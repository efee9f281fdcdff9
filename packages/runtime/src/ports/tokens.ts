/** Who may come in by a door. Secrets are known by their digest alone. */
export interface TokenRow {
  /** `tok_…`. */
  readonly token_id: string;
  /** SHA-256 of the secret, 64 hex digits. */
  readonly secret_hash: string;
  readonly role: string;
  /** `user`, `agent`, `service`. */
  readonly kind: string;
  /** A pseudonym. */
  readonly user_id: string;
  /** What it is for, in the words of who made it. */
  readonly label: string | null;
  /** The token a login was exchanged for; null for a token. */
  readonly login_of: string | null;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly revoked_at_ms: number | null;
}

/** Tokens and logins. They stand beside the log: nothing follows from them. */
export interface Tokens {
  /** Durable before it answers. */
  put(row: TokenRow): Promise<void>;
  get(id: string): Promise<TokenRow | null>;
  /** Newest first; logins are left out. */
  list(): Promise<readonly TokenRow[]>;
  /** Also revokes its logins. @returns false where it is unknown or was revoked before */
  revoke(id: string, atMs: number): Promise<boolean>;
}
