import { ROLES, PRINCIPAL_KINDS } from "@writ/core";
import { identifier, instant } from "@writ/core/schema/scalar";
import * as z from "zod";

const id = identifier("tok");
const role = z.enum(ROLES);

export const tokenCreated = z.object({
  token: z.string().describe("the secret: shown this once"),
  id,
  role,
});

export const tokens = z.array(
  z.object({
    id,
    state: z.enum(["active", "expired", "revoked"]),
    role,
    kind: z.enum(PRINCIPAL_KINDS),
    user: z.string().describe("a pseudonym"),
    label: z.string().nullable(),
    created_at: instant,
    expires_at: instant.nullable(),
    revoked_at: instant.nullable(),
  }),
);

export const tokenRevoked = z.object({ id, revoked_at: instant });
