import { mailDestination } from "@writ/adapters/notify/mail";
import { webhookKey } from "@writ/adapters/notify/signature";
import { webhookDestination } from "@writ/adapters/notify/webhook";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { digestOf, durationMs, plainJson } from "@writ/core";
import {
  Courier,
  DeadLetters,
  shownUrl,
  Telling,
  type Config,
  type Destination,
  type MailConfig,
  type NamedSecret,
  type Notifier,
  type Store,
  type WebhookConfig,
} from "@writ/runtime";

/** What a process that ends gives to attempts that are due; then it hangs up. */
const LAST_PATIENCE = durationMs(1_800);

/** Everybody outside who is told, as configured. */
export function destinationsOf({ webhooks, mail }: Pick<Config, "webhooks" | "mail">): readonly Destination[] {
  return [...webhooks.map(webhookOf), ...(mail === null ? [] : [mailOf(mail)])];
}

/** What the owner of a workspace tells outside, and how it is brought there. */
export class Outgoing {
  readonly telling: Telling;
  readonly deadLetters: DeadLetters;
  readonly #courier: Courier;
  /** What this process cannot tell, and why; another one may. */
  readonly unready: readonly string[];

  constructor(store: Store, config: Pick<Config, "webhooks" | "mail">, notifier: Notifier | null) {
    const destinations = destinationsOf(config);
    const courier = new Courier({
      deliveries: store.deliveries,
      destinations,
      clock: systemClock,
      entropy: systemEntropy,
    });
    this.#courier = courier;
    this.deadLetters = new DeadLetters({
      deliveries: store.deliveries,
      configured: new Set(destinations.map(({ name }) => name)),
      clock: systemClock,
      onQueued: () => courier.wake(),
    });
    this.unready = destinations.flatMap(({ name, unready }) =>
      unready === null ? [] : [`${unready}: what ${name} is to be told waits for a process that has it`],
    );
    this.telling = new Telling({
      store,
      clock: systemClock,
      hash: nodeHasher,
      notifiers: notifier === null ? [] : [notifier],
      destinations,
      onQueued: () => courier.wake(),
    });
  }

  async begin(): Promise<void> {
    await this.telling.begin();
    this.#courier.wake();
  }

  async stop(): Promise<void> {
    await this.telling.stop();
    await this.#courier.stop(LAST_PATIENCE);
  }
}

function webhookOf({ name, url, secrets, events }: WebhookConfig): Destination {
  const keys = secrets.flatMap(({ value }) => (value === null ? [] : (webhookKey(value) ?? [])));
  return webhookDestination({
    name,
    address: shownUrl(url),
    url: new URL(url),
    keys,
    events: new Set(events),
    clock: systemClock,
    fingerprint: fingerprintOf({ url, secrets: secrets.map(({ variable }) => variable), events }),
    unready: secrets.map(noKeyIn).find((why) => why !== null) ?? null,
  });
}

function mailOf(mail: MailConfig): Destination {
  const { host, port, secure, from, to, user, password, events } = mail;
  const login = user === null ? null : { user: user.value ?? "", pass: password?.value ?? "" };
  const unset = [user, password].find((secret) => secret?.value === null);
  return mailDestination({
    name: "mail",
    address: `${to.join(", ")} by ${host}:${port}`,
    host,
    port,
    secure,
    from,
    to,
    login,
    events: new Set(events),
    fingerprint: fingerprintOf({ host, port, secure, from, to, user: user?.variable ?? null, events }),
    unready: unset == null ? null : `${unset.variable} is not set`,
  });
}

/** Why a secret cannot sign; its value is in no sentence. */
function noKeyIn({ variable, value }: NamedSecret): string | null {
  if (value === null) return `${variable} is not set`;
  return webhookKey(value) === null
    ? `${variable} holds no secret of the form whsec_ and 24 to 64 bytes of base64`
    : null;
}

function fingerprintOf(configured: object): string {
  return digestOf(nodeHasher, plainJson(configured));
}
