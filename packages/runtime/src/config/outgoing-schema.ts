import * as z from "zod";

import { NOTICE_EVENTS } from "../ports/notifier.ts";

/** Name of the destination that `mail` is; no webhook may have it. */
export const MAIL_DESTINATION = "mail";

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "write the name of an environment variable");
const events = z.array(z.enum(NOTICE_EVENTS)).min(1);

/** One address and nothing else: no name, no list, no line end, so that it cannot become another header. */
const mailbox = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    "write one address, such as ops@example.com",
  );

export const webhook = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "write a name of small letters, digits, - and _")
    .refine((name) => name !== MAIL_DESTINATION, `${MAIL_DESTINATION} is the name of the mail; choose another`),
  url: z.url({ protocol: /^https?$/ }),
  /** Names of the environment variables that hold the secrets, `whsec_…`; several while one replaces the other. */
  secret_env: z.union([variable, z.array(variable).min(1).max(4)]),
  events: events.optional(),
});

export const mail = z.strictObject({
  host: z.string().regex(/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/, "write a host name"),
  port: z.int().min(1).max(65_535),
  /** TLS from the first byte; without it the connection must become one before anything is said. */
  secure: z.boolean().optional(),
  from: mailbox,
  to: z.array(mailbox).min(1).max(20),
  user_env: variable.optional(),
  password_env: variable.optional(),
  events: events.optional(),
});

export type WrittenWebhook = z.infer<typeof webhook>;
export type WrittenMail = z.infer<typeof mail>;
