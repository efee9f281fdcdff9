import { connect, isIP, type Socket } from "node:net";

import { isLoopback } from "@writ/core";
import type { Destination, SendOutcome } from "@writ/runtime";

import { failureClass } from "./failure-class.ts";
import { mailText } from "./mail-text.ts";

export interface MailParts extends Omit<Destination, "send"> {
  readonly host: string;
  readonly port: number;
  /** Encrypted from the first byte; otherwise by STARTTLS, without which nothing is said to another machine. */
  readonly secure: boolean;
  readonly from: string;
  readonly to: readonly string[];
  /** Null where the server wants nobody's name. */
  readonly login: { readonly user: string; readonly pass: string } | null;
}

const DELIVERED = 250;

/** Sends what is told as a mail of plain text. */
export function mailDestination(parts: MailParts): Destination {
  const { name, address, fingerprint, events, unready } = parts;
  return {
    name,
    fingerprint,
    events,
    unready,
    address,
    async send(delivery, signal) {
      let connection: Socket | null = null;
      try {
        connection = await connected(parts, signal);
        return await sentOver(connection, parts, delivery);
      } catch (error) {
        if (error instanceof Error) return failed(error, signal);
        throw error;
      } finally {
        connection?.destroy();
      }
    },
  };
}

/** How the connection to a server is protected: on this machine it need not be. */
export function protection({ host, secure }: Pick<MailParts, "host" | "secure">) {
  const isHere = isLoopback(host);
  return {
    secure,
    requireTLS: !secure && !isHere,
    ignoreTLS: !secure && isHere,
    tls: isIP(host) === 0 ? { servername: host } : {},
  };
}

async function sentOver(
  connection: Socket,
  parts: MailParts,
  { id, body }: Parameters<Destination["send"]>[0],
): Promise<SendOutcome> {
  const { createTransport } = await import("nodemailer");
  const { host, port, from, to, login } = parts;
  const transport = createTransport({
    ...protection(parts),
    host,
    port,
    connection,
    ...(login === null ? {} : { auth: login }),
    // The name of this machine is nobody's business.
    name: "[127.0.0.1]",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { subject, text } = mailText(body);
  const { rejected } = await transport.sendMail({
    from,
    to: [...to],
    subject,
    text,
    messageId: `<${id}@writ.local>`,
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
  });
  return { kind: "delivered", status: DELIVERED, error: rejected.length === 0 ? null : "recipient_refused" };
}

/** Whoever stops waiting hangs up. */
async function connected({ host, port }: MailParts, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: host.replace(/^\[(.*)\]$/, "$1"), port });
  // Whoever speaks over it hears of it, too; between two of them nobody does.
  socket.on("error", () => undefined);
  const hangUp = (): void => {
    socket.destroy(new Error("nobody waits any more"));
  };
  if (signal.aborted) hangUp();
  signal.addEventListener("abort", hangUp, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", hangUp));
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** A library says of a connection that was hung up only that it is gone. */
function failed(error: Error, signal: AbortSignal): SendOutcome {
  const status = "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : null;
  const why = signal.aborted ? "timeout" : failureClass(error);
  return { kind: "failed", status, error: why, retryAfterMs: null };
}
