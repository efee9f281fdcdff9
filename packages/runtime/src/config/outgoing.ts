import { isLoopback } from "@writ/core";

import { NOTICE_EVENTS, type NoticeEvent } from "../ports/notifier.ts";
import { MAIL_DESTINATION, type WrittenMail, type WrittenWebhook } from "./outgoing-schema.ts";

/** A value of the environment, by the name of its variable; null where that is not set. */
export interface NamedSecret {
  readonly variable: string;
  readonly value: string | null;
}

export interface WebhookConfig {
  readonly name: string;
  readonly url: string;
  /** The newest first, as written. */
  readonly secrets: readonly NamedSecret[];
  readonly events: readonly NoticeEvent[];
}

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly from: string;
  readonly to: readonly string[];
  readonly user: NamedSecret | null;
  readonly password: NamedSecret | null;
  readonly events: readonly NoticeEvent[];
}

/** Parts of a user's file that reach outside, for everything or for one workspace. */
interface Reaching {
  readonly webhooks?: readonly WrittenWebhook[] | undefined;
  readonly mail?: WrittenMail | undefined;
  readonly outbound?: { readonly hosts: readonly string[] } | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Something wrong with what is told outside, and where in the file it stands. */
export interface OutgoingFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function webhookOf({ name, url, secret_env, events }: WrittenWebhook, environment: Environment): WebhookConfig {
  const variables = typeof secret_env === "string" ? [secret_env] : secret_env;
  return {
    name,
    url,
    secrets: variables.map((variable) => named(variable, environment)),
    events: events ?? NOTICE_EVENTS,
  };
}

export function mailOf(mail: WrittenMail, environment: Environment): MailConfig {
  const { host, port, secure = false, from, to, user_env: user, password_env: password, events } = mail;
  return {
    host,
    port,
    secure,
    from,
    to,
    user: user === undefined ? null : named(user, environment),
    password: password === undefined ? null : named(password, environment),
    events: events ?? NOTICE_EVENTS,
  };
}

/** The address of a webhook for people: its path is often its key. */
export function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return "";
  return url.pathname === "/" && url.search === "" ? url.origin : `${url.origin}/…`;
}

/**
 * What no single value shows: names that are there twice, and hosts that are not allowed (R8).
 *
 * @param around what holds for every workspace, where `part` is what is said for one
 */
export function outgoingFaults(part: Reaching, around: Reaching): readonly OutgoingFault[] {
  const hosts = [...(around.outbound?.hosts ?? []), ...(part.outbound?.hosts ?? [])];
  const others = part === around ? [] : (around.webhooks ?? []).map(({ name }) => name);
  const webhooks = part.webhooks ?? [];
  return [
    ...webhooks.flatMap(({ name, url }, at) => {
      const isTwice = others.includes(name) || webhooks.findIndex((each) => each.name === name) < at;
      return [
        ...(isTwice ? [{ path: ["webhooks", at, "name"], message: `${name} is there twice; write it once` }] : []),
        ...urlFaults(url, hosts).map((message) => ({ path: ["webhooks", at, "url"], message })),
      ];
    }),
    ...(part.mail === undefined ||
    isOpen(part.mail.host, [part.mail.host, `${part.mail.host}:${part.mail.port}`], hosts)
      ? []
      : [{ path: [MAIL_DESTINATION, "host"], message: closed(part.mail.host) }]),
    ...(part.mail?.password_env !== undefined && part.mail.user_env === undefined
      ? [{ path: [MAIL_DESTINATION, "password_env"], message: "a password without user_env; write both or neither" }]
      : []),
  ];
}

function urlFaults(text: string, hosts: readonly string[]): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  return [
    ...(url.username === "" && url.password === ""
      ? []
      : ["no user name and no password stands in the address of a webhook"]),
    ...(url.hash === "" ? [] : ["the address of a webhook has no fragment"]),
    ...(url.protocol === "https:" || isLoopback(url.hostname)
      ? []
      : ["what leaves this machine is encrypted; write https"]),
    ...(isOpen(url.hostname, [url.host, url.hostname], hosts) ? [] : [closed(url.host)]),
  ];
}

function isOpen(hostname: string, names: readonly string[], hosts: readonly string[]): boolean {
  return isLoopback(hostname) || names.some((name) => hosts.includes(name));
}

function closed(host: string): string {
  return `outbound is off and ${host} is not allowed; to allow it, add in this file: outbound: { hosts: [${host}] }`;
}

function named(variable: string, environment: Environment): NamedSecret {
  const value = environment[variable];
  return { variable, value: value === undefined || value === "" ? null : value };
}
