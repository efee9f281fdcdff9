import { isJsonObject, type JsonObject } from "@writ/core";
import { offSchema } from "@writ/testkit/published-schema";
import { verifiedEvent, WebhookReceiver, type ReceivedPost } from "@writ/testkit/webhook-receiver";
import { SMTPServer } from "smtp-server";
import { describe, expect, test } from "vitest";

import { Workspace } from "./workspace.ts";

const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const ENVIRONMENT = { OPS_SECRET: SECRET };
const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# A secret plan\n" } };

function hook(url: string, more = ""): string {
  return `webhooks: [{ name: ops, url: "${url}", secret_env: OPS_SECRET${more} }]\n`;
}

/** What a receiver makes of a post once its signature held. */
function eventOf(post: ReceivedPost): JsonObject {
  const event = verifiedEvent(SECRET, post);
  expect(offSchema("notice-event", event)).toEqual([]);
  if (!isJsonObject(event)) throw new TypeError("no event");
  return event;
}

function typesOf(receiver: WebhookReceiver): readonly string[] {
  return receiver.posts.map((post) => String(eventOf(post)["type"]));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 800 && !(await holds()); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await holds()).toBe(true);
}

describe("what is told outside", () => {
  test("P26 past its SLA: one escalation and one webhook for it, also over restarts", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = Workspace.make(null, { environment: ENVIRONMENT });
    work.configure(`approvals: { sla: 150ms }\n${hook(receiver.url)}`);
    const run = await work.plan([write]);
    const approval = await work.waiting(run);
    await until(() => receiver.posts.length === 2);
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await work.close();
      await work.rest(run);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(typesOf(receiver).toSorted()).toEqual(["dev.writ.approval.created", "dev.writ.approval.escalated"]);
    const escalated = receiver.posts.map(eventOf).find(({ type }) => type === "dev.writ.approval.escalated");
    expect(escalated).toMatchObject({
      specversion: "1.0",
      subject: approval,
      data: { run_id: run, step: "write", approval_id: approval, tier: "local_write" },
    });
    expect(JSON.stringify(receiver.posts)).not.toContain("secret plan");
  });

  test("P26 a receiver that fails changes nothing of the task, and is told in the end", async () => {
    await using receiver = await WebhookReceiver.open(() => ({ status: 500 }));
    await using work = Workspace.make(null, { environment: ENVIRONMENT });
    work.configure(`approvals: { sla: 150ms }\n${hook(receiver.url)}`);
    const run = await work.plan([write]);
    await until(() => typesOf(receiver).includes("dev.writ.approval.escalated"));
    expect((await work.view(run)).status).toBe("awaiting_gate");
    expect((await work.approve(run)).status).toBe("completed");
    expect(await work.replay(run)).toMatchObject({ result: "equal" });
    await work.close();
    const failed = await (await work.desk()).own();
    const rows = await failed.deliveries.list({ destination: "ops", state: "pending", order: "due", limit: 9 });
    expect(rows.map(({ course }) => course.status)).toEqual([500, 500, 500, 500]);
    // As if the time of the next attempt had come.
    const due = rows.map(({ id, course }) => ({ id, from: "pending", to: { ...course, nextAt: 0 } }) as const);
    receiver.answer = () => ({ status: 204 });
    await failed.deliveries.change(due);
    await work.close();
    await work.rest(run);
    const { store } = await work.desk();
    await until(async () => (await store.deliveries.count("ops", "delivered")) === 4);
    const ids = receiver.posts.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(4);
    expect(ids.length).toBeGreaterThanOrEqual(8);
  });

  test("a mail says the same, with the command to look at it and nothing of the request", async () => {
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
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using work = Workspace.make(null);
    work.configure(`mail: { host: 127.0.0.1, port: ${port}, from: writ@example.com, to: [ana@example.com] }\n`);
    const run = await work.plan([write]);
    const approval = await work.waiting(run);
    await until(() => mails.length === 1);
    expect(mails[0]).toContain(`writ approvals show ${approval}`);
    await work.approve(run);
    await work.close();
    expect(mails.map((mail) => /^Subject: (.*)\r$/m.exec(mail)?.[1])).toEqual([
      "Writ: step write asks you",
      "Writ: step write: approved",
      "Writ: a run ended: completed",
    ]);
    expect(mails.join("")).not.toMatch(/secret plan|out\.md|docs\.write_doc/);
    await new Promise<void>((resolve) => server.close(resolve));
  });

  test("created, decided and ended, in words that are configured", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = Workspace.make(null, { environment: ENVIRONMENT });
    work.configure(hook(receiver.url, ", events: [approval.decided, run.ended]"));
    const run = await work.plan([write]);
    await work.deny(run, "not now");
    await work.close();
    expect(typesOf(receiver).toSorted()).toEqual(["dev.writ.approval.decided", "dev.writ.run.ended"]);
    const [decided, ended] = receiver.posts
      .map(eventOf)
      .toSorted((a, b) => (String(a["type"]) < String(b["type"]) ? -1 : 1));
    expect(decided).toMatchObject({ data: { decision: "denied", step: "write" } });
    expect(ended).toMatchObject({ subject: run, data: { run_id: run, outcome: "rejected" } });
    expect(JSON.stringify(receiver.posts)).not.toContain("not now");
  });

  test("an end that comes right before the process does is told by it", async () => {
    await using receiver = await WebhookReceiver.open(() => ({ status: 204, afterMs: 400 }));
    await using work = Workspace.make(null, { environment: { ...ENVIRONMENT, POLICY_MODE: "autonomous" } });
    work.configure(hook(receiver.url, ", events: [run.ended]"));
    await work.plan([write]);
    await work.close();
    const { store } = await work.desk();
    expect(await store.deliveries.count("ops", "delivered")).toBe(1);
  });

  test("a receiver that hangs is not waited for", async () => {
    await using receiver = await WebhookReceiver.open(() => "hang");
    await using work = Workspace.make(null, { environment: { ...ENVIRONMENT, POLICY_MODE: "autonomous" } });
    work.configure(hook(receiver.url, ", events: [run.ended]"));
    await work.plan([write]);
    const begun = performance.now();
    await work.close();
    expect(performance.now() - begun).toBeLessThan(2_500);
    expect(receiver.posts).toHaveLength(1);
    const { store } = await work.desk();
    const [row] = await store.deliveries.list({ destination: "ops", state: "pending", order: "due", limit: 1 });
    expect(row?.course).toMatchObject({ attempts: 1, error: "interrupted" });
  });

  test("a secret that is not set: told to the person, queued, and sent by a process that has it", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = Workspace.make(null);
    const warnings: string[] = [];
    work.world = { ...work.world, warn: (sentence) => void warnings.push(sentence) };
    work.configure(hook(receiver.url, ", events: [approval.created]"));
    await work.plan([write]);
    await work.close();
    expect(receiver.posts).toEqual([]);
    expect(warnings.join()).toContain("OPS_SECRET is not set: what ops is to be told waits");
    work.world = { ...work.world, environment: ENVIRONMENT };
    await work.plan([write]);
    await until(() => receiver.posts.length === 2);
    expect(typesOf(receiver)).toEqual(["dev.writ.approval.created", "dev.writ.approval.created"]);
  });
});
