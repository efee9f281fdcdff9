import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";

import { RemoteUser } from "../acceptance/remote-user.ts";
import { documentOf, Workspace } from "../acceptance/workspace.ts";

/** What somebody between the two does to an answer; null drops it, after the server has carried the request out. */
type Meddling = (request: { readonly method: string; readonly path: string }, answer: string) => string | null;

/** Somebody in the middle, whom the command line takes for the server. */
async function between(remote: RemoteUser, meddle: Meddling): Promise<() => void> {
  const { WRIT_SERVER = "" } = remote.world.environment;
  const server = createServer((request, out) => {
    void (async () => {
      const { method = "", url: path = "" } = request;
      const { authorization = "", accept = "*/*", "idempotency-key": key } = request.headers;
      const body = method === "POST" ? { body: await textOf(request) } : {};
      const headers = {
        authorization,
        accept,
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
        ...(typeof key === "string" ? { "idempotency-key": key } : {}),
      };
      const answer = await fetch(`${WRIT_SERVER}${path}`, { method, headers, ...body });
      const said = meddle({ method, path }, await answer.text());
      if (said === null) request.socket.destroy();
      else out.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(said);
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const environment = { ...remote.world.environment, WRIT_SERVER: `http://127.0.0.1:${port}` };
  remote.world = { ...remote.world, environment };
  return () => void server.close();
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

const search = { id: "search", tool: "docs.search_docs", params: { query: "release" } };

describe("what is asked of a server", () => {
  test("is done once, although the answer was lost and it was asked again", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    let lost = 0;
    const close = await between(remote, ({ method, path }, answer) => {
      if (method !== "POST" || path !== "/tasks" || lost > 0) return answer;
      lost += 1;
      return null;
    });
    try {
      const said = await remote.command("plan", "Find new docs from the last 24 hours and summarize them", "--json");
      expect(said.exit).toBe(0);
      expect(lost).toBe(1);
      expect(remote.warnings).toHaveLength(1);
      expect(await work.desk().then((desk) => desk.store.views.countRuns())).toEqual(new Map([["planned", 1]]));
      const [row] = await work.desk().then((desk) => desk.store.views.runs({ statuses: [], before: null, limit: 5 }));
      expect(documentOf(said)["run_id"]).toBe(row?.run_id);
    } finally {
      close();
    }
  }, 30_000);
});

describe("what a server answers is held against its own hashes here", () => {
  test.each<
    readonly [string, readonly string[], (path: string) => boolean, (answer: string) => string, number, string]
  >([
    [
      "a payload",
      ["show", "{run}", "--json"],
      (path) => path.includes("/journal"),
      (answer) => answer.replace(/"bytes":"[A-Za-z0-9+]{4}/, '"bytes":"AAAA'),
      5,
      "payload_commitment",
    ],
    [
      "a proof",
      ["audit", "prove", "{run}", "--json"],
      (path) => path.startsWith("/audit/proof"),
      (answer) => answer.replace(/"hashes":\["(.)/, (_all, digit) => `"hashes":["${digit === "0" ? "1" : "0"}`),
      5,
      "log_corrupt",
    ],
  ])("%s", async (_name, argv, isMeant, change, exit, code) => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([search]);
    let changed = 0;
    const close = await between(remote, ({ path }, answer) => {
      const said = isMeant(path) ? change(answer) : answer;
      if (said !== answer) changed += 1;
      return said;
    });
    try {
      const said = await remote.command(...argv.map((word) => word.replace("{run}", run)));
      expect(changed).toBeGreaterThan(0);
      expect({ exit: said.exit, error: documentOf(said)["error"] }).toMatchObject({ exit, error: { code } });
    } finally {
      close();
    }
  });

  test("a log with one entry changed is not called intact", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([search], { begin: false });
    let changed = 0;
    const close = await between(remote, ({ path }, answer) => {
      if (!path.startsWith("/audit/entries")) return answer;
      changed += 1;
      return answer.replace('"at_ms":1', '"at_ms":2');
    });
    try {
      const said = await remote.command("run", run);
      expect(changed).toBe(1);
      expect(said.out).toContain("not intact");
    } finally {
      close();
    }
  }, 30_000);
});
