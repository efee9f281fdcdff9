import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { isJsonObject, parseStrict } from "@writ/core";
import { WebhookReceiver } from "@writ/testkit/webhook-receiver";
import { expect, test } from "vitest";

import { outgoingOf } from "../compose-webhooks.ts";
import { Workspace } from "./workspace.ts";

const COMPOSE = fileURLToPath(new URL("../compose.ts", import.meta.url));
const WORLD = fileURLToPath(new URL("../world.ts", import.meta.url));
const CREATE = import.meta.resolve("@writ/runtime");
const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const PLAN = {
  intent: "test.plan",
  decision_checkpoints: [],
  steps: [{ id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } }],
};

/** A process that owns the workspace and starts a run which asks; told so, it dies where a row would be queued. */
const OWNER = `
const { DatabaseSync } = await import("node:sqlite");
const { openDeskAt, workspaceAt } = await import(${JSON.stringify(COMPOSE)});
const { systemWorld } = await import(${JSON.stringify(WORLD)});
const { createRequest } = await import(${JSON.stringify(CREATE)});
if (process.argv[1] === "die") {
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql) {
    if (sql.startsWith("INSERT INTO delivery ")) process.kill(process.pid, "SIGKILL");
    return prepare.call(this, sql);
  };
}
const desk = await openDeskAt(systemWorld(), workspaceAt(process.cwd()));
const plan = ${JSON.stringify(PLAN)};
const { run } = await desk.send(createRequest({ goal: "", door: "run", plan, author: "person" }));
await desk.send({ method: "rest", run });
setInterval(() => undefined, 60_000);
`;

function owner(work: Workspace, ...argv: readonly string[]) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", OWNER, ...argv], {
    cwd: work.root,
    env: { ...work.environment, OPS_SECRET: SECRET },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return { child, closed: once(child, "close") };
}

function configured(receiver: WebhookReceiver): Workspace {
  const work = Workspace.make(null, { environment: { OPS_SECRET: SECRET } });
  work.configure(`webhooks: [{ name: ops, url: "${receiver.url}", secret_env: OPS_SECRET }]\n`);
  return work;
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !holds(); turn += 1) await sleep(10);
  expect(holds()).toBe(true);
}

test("killed between the entry and what it tells: the next process finds it in the log and tells it", async () => {
  await using receiver = await WebhookReceiver.open();
  await using work = configured(receiver);
  const { closed } = owner(work, "die");
  expect(await closed).toEqual([null, "SIGKILL"]);
  const desk = await work.desk();
  const [approval] = await desk.store.views.approvals({ statuses: ["waiting"], run: null, limit: 1 });
  // The premise: it asks, and nobody was to be told.
  expect(approval?.step).toBe("write");
  expect([await desk.store.deliveries.count(null, "pending"), receiver.posts.length]).toEqual([0, 0]);
  expect((await outgoingOf(desk)).destinations).toMatchObject([{ pending: 0, unqueued: 1 }]);
  await work.rest(await desk.runNamed(approval?.run_id ?? ""));
  await until(() => receiver.posts.length > 0);
  const event = parseStrict(receiver.posts[0]?.body ?? "");
  expect(isJsonObject(event) && event["subject"]).toBe(approval?.approval_id);
  await work.close();
  expect(receiver.posts).toHaveLength(1);
});

test("killed while it tells: the next process tells it again, under the same id", async () => {
  await using receiver = await WebhookReceiver.open(() => "hang");
  await using work = configured(receiver);
  const { child, closed } = owner(work);
  await until(() => receiver.posts.length === 1);
  child.kill("SIGKILL");
  await closed;
  receiver.answer = () => ({ status: 204 });
  const desk = await work.desk();
  await desk.own();
  await until(() => receiver.posts.length === 2);
  const ids = receiver.posts.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(1);
  expect(new Set(receiver.posts.map(({ body }) => body)).size).toBe(1);
  await work.close();
  const { store } = await work.desk();
  expect((await store.deliveries.find(String(ids[0])))?.course).toMatchObject({ state: "delivered", attempts: 2 });
});
