import { createServer, type Server } from "node:net";

import { NOTICE_EVENTS } from "@writ/runtime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describe, expect, test } from "vitest";

import { mailDestination, protection, type MailParts } from "./mail.ts";
import { mailText } from "./mail-text.ts";

const RUN = "run_01m7xcc2g3b93rthtjgbd2xt23";
const APPROVAL = "apr_01m7xcc2g3b93rthtjgbd2xt24";

function event(type: string, data: object): string {
  return JSON.stringify({ specversion: "1.0", type: `dev.writ.${type}`, data: { run_id: RUN, ...data } });
}

const ASKED = event("approval.created", { step: "write", approval_id: APPROVAL, tier: "local_write" });

/** A real server, and what it took. */
async function withServer(
  options: SMTPServerOptions,
  act: (port: number, mails: readonly string[]) => Promise<void>,
): Promise<void> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData(stream, _session, done) {
      let text = "";
      stream.on("data", (part: Buffer) => (text += part.toString("utf8")));
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  try {
    await act(typeof address === "object" && address !== null ? address.port : 0, mails);
  } finally {
    await new Promise<void>((resolve) => server.close(resolve));
  }
}

function sent(port: number, over: Partial<MailParts> = {}, body = ASKED, signal = AbortSignal.timeout(5_000)) {
  const destination = mailDestination({
    name: "mail",
    address: "mail",
    fingerprint: "1",
    unready: null,
    events: new Set(NOTICE_EVENTS),
    host: "127.0.0.1",
    port,
    secure: false,
    from: "writ@example.com",
    to: ["ana@example.com"],
    login: null,
    ...over,
  });
  return destination.send({ id: "msg_01m7xcc2g3b93rthtjgbd2xt23", body }, signal);
}

describe("a mail", () => {
  test("is plain text with the command to look at it, and its id stays", () =>
    withServer({}, async (port, mails) => {
      expect(await sent(port)).toEqual({ kind: "delivered", status: 250, error: null });
      expect(await sent(port)).toMatchObject({ kind: "delivered" });
      const [mail = "", again = ""] = mails;
      expect(mail).toContain("Subject: Writ: step write asks you\r\n");
      expect(mail).toContain("Message-ID: <msg_01m7xcc2g3b93rthtjgbd2xt23@writ.local>\r\n");
      expect(again).toContain("Message-ID: <msg_01m7xcc2g3b93rthtjgbd2xt23@writ.local>\r\n");
      expect(mail).toContain("Content-Type: text/plain");
      expect(mail).toContain(`writ approvals show ${APPROVAL}`);
      expect(mail).toContain("To: ana@example.com\r\n");
    }));

  test("goes under the name that is configured, and a wrong password is said as that", () =>
    withServer(
      {
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: ({ username, password }, _session, done) =>
          username === "ana" && password === "right" ? done(null, { user: "ana" }) : done(new Error("no")),
      },
      async (port, mails) => {
        expect(await sent(port, { login: { user: "ana", pass: "wrong" } })).toMatchObject({
          kind: "failed",
          error: "login_refused",
          status: 535,
        });
        expect(mails).toEqual([]);
        expect(await sent(port, { login: { user: "ana", pass: "right" } })).toMatchObject({ kind: "delivered" });
      },
    ));

  test("that some take and others do not is delivered, and says so", () =>
    withServer(
      {
        onRcptTo: ({ address }, _session, done) =>
          address.startsWith("nobody") ? done(Object.assign(new Error("no such user"), { responseCode: 550 })) : done(),
      },
      async (port, mails) => {
        const to = ["ana@example.com", "nobody@example.com"];
        expect(await sent(port, { to })).toEqual({ kind: "delivered", status: 250, error: "recipient_refused" });
        expect(mails).toHaveLength(1);
        expect(await sent(port, { to: ["nobody@example.com"] })).toMatchObject({
          kind: "failed",
          status: 550,
          error: "refused",
        });
      },
    ));

  test("to a server that says nothing ends when nobody waits any more", async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const begun = performance.now();
    expect(await sent(port, {}, ASKED, AbortSignal.timeout(200))).toMatchObject({ kind: "failed", error: "timeout" });
    expect(performance.now() - begun).toBeLessThan(2_000);
    await new Promise((resolve) => silent.close(resolve));
    expect(await sent(port)).toMatchObject({ kind: "failed", error: "connection_refused" });
  });

  test("goes to no server whose certificate nobody vouches for", () =>
    withServer({ secure: true }, async (port, mails) => {
      expect(await sent(port, { secure: true })).toMatchObject({ kind: "failed", error: "tls" });
      expect(mails).toEqual([]);
    }));

  test("puts nothing of an event into a header or a line of its own", () =>
    withServer({}, async (port, mails) => {
      const step = "a\r\nBcc: eve@example.com\r\n\r\nhello\u001b[2J";
      const hostile = event("approval.created", { step, approval_id: "apr\r\nX: y", tier: "local\nwrite" });
      expect(await sent(port, {}, hostile)).toMatchObject({ kind: "delivered" });
      const [mail = ""] = mails;
      expect(mail).not.toMatch(/^Bcc:/im);
      expect(mail).not.toMatch(/^X: y/im);
      expect(mail).not.toContain("\u001b");
    }));
});

test.each([
  ["mail.example.com", false, { secure: false, requireTLS: true, ignoreTLS: false }],
  ["mail.example.com", true, { secure: true, requireTLS: false, ignoreTLS: false }],
  ["127.0.0.1", false, { secure: false, requireTLS: false, ignoreTLS: true }],
  ["localhost", true, { secure: true, requireTLS: false, ignoreTLS: false }],
])("to %s, encrypted at once: %j, it is protected so", (host, secure, expected) => {
  expect(protection({ host, secure })).toMatchObject(expected);
});

describe("the words of a mail", () => {
  test.each([
    [ASKED, "step write asks you", `Step write of ${RUN} asks you.\nIts tier is local_write.`],
    [
      event("approval.escalated", { step: "write", approval_id: APPROVAL, tier: "network", waited_ms: 3_900_000 }),
      "step write has asked you for 1 h 5 m",
      "still waits",
    ],
    [
      event("approval.decided", { step: "write", approval_id: APPROVAL, decision: "denied" }),
      "step write: denied",
      `writ approvals show ${APPROVAL}`,
    ],
    [event("run.ended", { outcome: "completed" }), "a run ended: completed", `writ show ${RUN}`],
  ])("of %s", (body, title, sentence) => {
    const { subject, text } = mailText(body);
    expect(subject).toBe(`Writ: ${title}`);
    expect(text).toContain(sentence);
  });
});
