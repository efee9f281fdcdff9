import { NOTICE_EVENTS, type SendOutcome } from "@writ/runtime";
import { testCertificate, trustTestAuthority } from "@writ/testkit/test-certificate";
import { verifiedEvent, WebhookReceiver } from "@writ/testkit/webhook-receiver";
import { describe, expect, test } from "vitest";

import { systemClock } from "../system/clock.ts";
import { webhookKey } from "./signature.ts";
import { webhookDestination } from "./webhook.ts";

const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const OTHER = `whsec_${Buffer.from("fedcba9876543210fedcba9876543210").toString("base64")}`;
const STRANGER = `whsec_${Buffer.from("ffffffffffffffffffffffffffffffff").toString("base64")}`;
const BODY = JSON.stringify({
  specversion: "1.0",
  id: "7-0",
  type: "dev.writ.run.ended",
  data: { outcome: "completed" },
});
const MESSAGE = { id: "msg_01m7xcc2g3b93rthtjgbd2xt23", body: BODY };

function destination(url: string, secrets: readonly string[] = [SECRET]) {
  return webhookDestination({
    name: "ops",
    address: "ops",
    url: new URL(url),
    keys: secrets.flatMap((secret) => webhookKey(secret) ?? []),
    events: new Set(NOTICE_EVENTS),
    clock: systemClock,
    fingerprint: "1",
    unready: null,
  });
}

function sentTo(url: string, secrets?: readonly string[]): Promise<SendOutcome> {
  return destination(url, secrets).send(MESSAGE, AbortSignal.timeout(5_000));
}

describe("a webhook", () => {
  test("is a signed POST that a receiver can verify with a library of somebody else", async () => {
    await using receiver = await WebhookReceiver.open();
    expect(await sentTo(receiver.url)).toEqual({ kind: "delivered", status: 204, error: null });
    const [post] = receiver.posts;
    if (post === undefined) throw new TypeError("nothing came");
    expect(post.body).toBe(BODY);
    expect(post.headers).toMatchObject({ "webhook-id": MESSAGE.id, "content-type": "application/cloudevents+json" });
    expect(verifiedEvent(SECRET, post)).toEqual(JSON.parse(BODY));
    const forged = { ...post.headers, "webhook-id": "msg_other" };
    expect(() => verifiedEvent(STRANGER, post)).toThrow(/signature/i);
    expect(() => verifiedEvent(SECRET, { ...post, body: `${post.body} ` })).toThrow(/signature/i);
    expect(() => verifiedEvent(SECRET, { ...post, headers: forged })).toThrow(/signature/i);
  });

  test("while its secret is replaced is signed with both", async () => {
    await using receiver = await WebhookReceiver.open();
    await sentTo(receiver.url, [OTHER, SECRET]);
    const [post] = receiver.posts;
    if (post === undefined) throw new TypeError("nothing came");
    expect(String(post.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    for (const secret of [OTHER, SECRET]) verifiedEvent(secret, post);
    expect(() => verifiedEvent(STRANGER, post)).toThrow(/signature/i);
  });

  test.each([
    [200, { kind: "delivered", status: 200, error: null }],
    [299, { kind: "delivered", status: 299, error: null }],
    [304, { kind: "failed", status: 304, error: "redirect", retryAfterMs: null }],
    [400, { kind: "failed", status: 400, error: "status", retryAfterMs: null }],
    [410, { kind: "gone", status: 410 }],
    [500, { kind: "failed", status: 500, error: "status", retryAfterMs: null }],
  ] as const)("that is answered %i", async (status, outcome) => {
    await using receiver = await WebhookReceiver.open(() => ({ status }));
    expect(await sentTo(receiver.url)).toEqual(outcome);
  });

  test.each([
    [429, "120", 120_000],
    [503, "7", 7_000],
    [500, "7", null],
    [429, "soon", null],
  ])("that is answered %i with Retry-After %j is left alone for %j ms", async (status, value, retryAfterMs) => {
    await using receiver = await WebhookReceiver.open(() => ({ status, headers: { "retry-after": value } }));
    expect(await sentTo(receiver.url)).toEqual({ kind: "failed", status, error: "status", retryAfterMs });
  });

  test("follows no redirect", async () => {
    await using elsewhere = await WebhookReceiver.open();
    await using receiver = await WebhookReceiver.open(() => ({ status: 307, headers: { location: elsewhere.url } }));
    expect(await sentTo(receiver.url)).toMatchObject({ kind: "failed", status: 307, error: "redirect" });
    expect(elsewhere.posts).toEqual([]);
  });

  test("does not read an answer that does not end", async () => {
    await using receiver = await WebhookReceiver.open(() => "endless");
    expect(await sentTo(receiver.url)).toMatchObject({ kind: "delivered", status: 200 });
    for (let turn = 0; turn < 200 && (await receiver.connections()) > 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await receiver.connections()).toBe(0);
  });

  test.each([
    ["huge_headers", "not_http"],
    ["reset", "connection_lost"],
  ] as const)("that is answered with %s failed as %s", async (answer, error) => {
    await using receiver = await WebhookReceiver.open(() => answer);
    expect(await sentTo(receiver.url)).toEqual({ kind: "failed", status: null, error, retryAfterMs: null });
  });

  test("to a receiver that hangs ends when nobody waits any more", async () => {
    await using receiver = await WebhookReceiver.open(() => "hang");
    const cut = new AbortController();
    const sending = destination(receiver.url).send(MESSAGE, cut.signal);
    while (receiver.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    cut.abort();
    expect(await sending).toMatchObject({ kind: "failed", error: "timeout" });
  });

  test("where nobody listens failed as that", async () => {
    const receiver = await WebhookReceiver.open();
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();
    expect(await sentTo(url)).toMatchObject({ kind: "failed", error: "connection_refused" });
  });

  test("over TLS is sent to who shows a certificate of that host by an authority that is trusted", async () => {
    using _ = trustTestAuthority();
    await using receiver = await WebhookReceiver.open(undefined, 0, testCertificate("server"));
    expect(receiver.url).toMatch(/^https:/);
    expect(await sentTo(receiver.url)).toEqual({ kind: "delivered", status: 204, error: null });
    verifiedEvent(SECRET, receiver.posts[0] ?? { headers: {}, body: "" });
  });

  test.each([
    ["of nobody who is trusted", "server", false],
    ["of another host", "stranger", true],
    ["past its time", "expired", true],
  ] as const)("over TLS with a certificate %s is not sent", async (_whose, kind, isTrusted) => {
    using _ = isTrusted ? trustTestAuthority() : null;
    await using receiver = await WebhookReceiver.open(undefined, 0, testCertificate(kind));
    expect(await sentTo(receiver.url)).toEqual({ kind: "failed", status: null, error: "tls", retryAfterMs: null });
    expect(receiver.posts).toEqual([]);
  });

  test.each([
    "https://10.0.0.1/",
    "https://169.254.169.254/latest",
    "https://[fd00::1]/",
    "https://[::ffff:192.168.0.1]/",
    "https://0.0.0.0/",
    "https://100.64.0.1/",
  ])("to %s is not sent", async (url) => {
    expect(await sentTo(url)).toMatchObject({ kind: "failed", error: "address_refused" });
  });
});

describe("a secret", () => {
  test.each([
    ["a key of 24 bytes", `whsec_${Buffer.alloc(24, 1).toString("base64")}`, 24],
    ["the same without its prefix", Buffer.alloc(32, 1).toString("base64"), 32],
    ["too short", `whsec_${Buffer.alloc(23, 1).toString("base64")}`, null],
    ["too long", `whsec_${Buffer.alloc(65, 1).toString("base64")}`, null],
    ["no base64", "whsec_correct horse battery staple, and then some", null],
    ["empty", "", null],
  ])("that is %s", (_, secret, bytes) => {
    expect(webhookKey(secret)?.length ?? null).toBe(bytes);
  });
});
