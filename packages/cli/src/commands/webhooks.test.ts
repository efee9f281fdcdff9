import { isJsonArray, isJsonObject, parseStrict, type JsonObject } from "@writ/core";
import { offSchema } from "@writ/testkit/published-schema";
import { WebhookReceiver } from "@writ/testkit/webhook-receiver";
import { describe, expect, test } from "vitest";

import { documentOf, Workspace } from "../acceptance/workspace.ts";

const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };

function hook(url: string, events: string): string {
  return `webhooks: [{ name: ops, url: "${url}", secret_env: OPS_SECRET, events: [${events}] }]\n`;
}

/** A workspace whose receiver wants nothing any more: one dead letter. */
async function gone(receiver: WebhookReceiver): Promise<Workspace> {
  const work = Workspace.make(null, { environment: { OPS_SECRET: SECRET } });
  receiver.answer = () => ({ status: 410 });
  work.configure(hook(receiver.url, "approval.created"));
  await work.plan([write]);
  await work.close();
  return work;
}

async function destinations(work: Workspace): Promise<readonly JsonObject[]> {
  const document = documentOf(await work.command("webhooks", "list", "--json"));
  expect(offSchema("output/webhooks-list", document)).toEqual([]);
  const rows = document["destinations"] ?? null;
  return isJsonArray(rows) ? rows.filter(isJsonObject) : [];
}

async function letters(work: Workspace): Promise<readonly JsonObject[]> {
  const rows = parseStrict((await work.command("webhooks", "list", "--dead", "--json")).out.trim());
  expect(offSchema("output/webhooks-list-dead", rows)).toEqual([]);
  return isJsonArray(rows) ? rows.filter(isJsonObject) : [];
}

describe("writ webhooks", () => {
  test("lists who is told, what was given up and why, and says it to a person, too", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = await gone(receiver);
    expect(await destinations(work)).toMatchObject([
      { name: "ops", state: "gone", pending: 0, delivered: 0, dead: 1, newest_error: { status: 410, error: "gone" } },
    ]);
    const [letter] = await letters(work);
    expect(letter).toMatchObject({ destination: "ops", event: "approval.created", attempts: 1, error: "gone" });
    expect(String(letter?.["subject"])).toMatch(/^apr_/);
    const list = (await work.command("webhooks", "list")).out;
    expect(list).toContain("ops");
    expect(list.replaceAll(/\s+/g, " ")).toContain("410 Gone");
    expect(list).not.toContain("/hook");
    expect((await work.command("webhooks", "list", "--dead")).out).toContain(String(letter?.["id"]));
    const doctor = documentOf(await work.command("doctor", "--json"));
    expect(JSON.stringify(doctor)).toContain("410 Gone");
    expect(doctor["ok"]).toBe(true);
    const config = (await work.command("config", "show", "--json")).out;
    expect(config).toContain("OPS_SECRET, set, not shown");
    expect(config).not.toContain(SECRET);
    expect(config).not.toContain("/hook");
  });

  test("replays a dead letter once its destination takes it, under the id it had", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = await gone(receiver);
    const [letter] = await letters(work);
    const id = String(letter?.["id"]);
    const early = await work.command("webhooks", "replay", id);
    expect([early.exit, early.err]).toEqual([2, expect.stringContaining("[destination_unavailable]")]);
    expect(documentOf(await work.command("webhooks", "replay", "--all", "--json"))).toEqual({ replayed: 0, left: 1 });
    receiver.answer = () => ({ status: 204 });
    work.configure(hook(receiver.url, "approval.created, run.ended"));
    const said = documentOf(await work.command("webhooks", "replay", id, "--json"));
    expect(said).toEqual({ replayed: 1, left: 0 });
    expect(offSchema("output/webhooks-replay", said)).toEqual([]);
    expect(receiver.posts.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
    expect(await destinations(work)).toMatchObject([
      { state: "ready", delivered: 1, dead: 0, unqueued: 0, newest_error: null },
    ]);
    expect((await work.command("webhooks", "replay", id)).err).toContain("[delivery_not_found]");
    expect((await work.command("webhooks", "replay", "--all")).out).toContain("0 dead letters");
  });

  test("that are not configured any more leave their dead letters to be seen", async () => {
    await using receiver = await WebhookReceiver.open();
    await using work = await gone(receiver);
    work.configure("{}\n");
    expect(await destinations(work)).toEqual([]);
    expect((await work.command("webhooks", "list")).out).toContain("1 dead letter for nobody who is configured");
    expect(JSON.stringify(documentOf(await work.command("doctor", "--json")))).toContain("1 dead letter");
    expect(await letters(work)).toHaveLength(1);
  });

  test.each([[[]], [["msg_1", "--all"]]])("replay with %j is refused as a slip", async (argv) => {
    await using work = Workspace.make(null);
    const { exit, err } = await work.command("webhooks", "replay", ...argv);
    expect([exit, err.replaceAll(/\s+/g, " ")]).toEqual([2, expect.stringContaining("writ webhooks replay --all")]);
  });

  test("with a host that is not allowed stop everything, and say the line to add", async () => {
    await using work = Workspace.make(null);
    work.configure("webhooks:\n  - { name: ops, url: https://hooks.example.com/, secret_env: OPS_SECRET }\n");
    const { exit, err } = await work.command("list");
    expect(exit).toBe(2);
    expect(err).toContain("outbound: { hosts: [hooks.example.com] }");
    expect(err).toMatch(/config\.yaml:2:18/);
  });
});
