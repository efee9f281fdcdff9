import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { once } from "node:events";
import { isJsonObject } from "@writ/core";
import { describe, expect, test } from "vitest";

import { RemoteUser } from "../acceptance/remote-user.ts";
import { documentOf, Workspace, type Said } from "../acceptance/workspace.ts";
import { COMMANDS } from "../table.ts";

/** A value for each argument that must be there. */
function words({ name, arguments: taken }: (typeof COMMANDS)[number]): readonly string[] {
  return [...name.split(" "), ...taken.filter(({ presence }) => presence === "required").map(() => "x")];
}

function codeOf(said: Said): unknown {
  const { error } = documentOf(said);
  return isJsonObject(error) ? error["code"] : null;
}

/** Something that listens where a Writ should. */
async function listening(answer: RequestListener): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

describe("a command that a server cannot answer", () => {
  test("says so with one code, does nothing, and every other one asks the server", async () => {
    await using work = Workspace.make(null);
    await using remote = await RemoteUser.over(work);
    const untouched = work.digest();
    const before = (await remote.desk.store.audit.head()).size;
    const unsupported = COMMANDS.filter(({ server }) => server === undefined);
    for (const command of unsupported) {
      const said = await remote.command(...words(command), "--json");
      expect({ name: command.name, exit: said.exit, code: codeOf(said) }).toEqual({
        name: command.name,
        exit: 2,
        code: "remote_unsupported",
      });
    }
    expect(unsupported.length).toBeGreaterThan(20);
    expect((await remote.desk.store.audit.head()).size).toBe(before);
    expect(work.digest()).toBe(untouched);
    for (const parts of [
      ["audit", "checkpoint", "--accept-loss"],
      ["audit", "export", "--all", "folder"],
    ])
      expect(codeOf(await remote.command(...parts, "--json"))).toBe("remote_unsupported");
  }, 60_000);

  test("is named by a variable, too, and one that asks no workspace minds the flag alone", async () => {
    await using work = Workspace.make(null);
    work.world = { ...work.world, environment: { WRIT_SERVER: "http://127.0.0.1:1" } };
    expect((await work.command("explain", "run_busy")).exit).toBe(0);
    expect((await work.command("completion", "bash")).exit).toBe(0);
    expect(codeOf(await work.command("doctor", "--json"))).toBe("remote_unsupported");
    const flagged = ["--server", "http://127.0.0.1:1", "--json", "explain", "run_busy"];
    expect(codeOf(await work.command(...flagged))).toBe("remote_unsupported");
    work.world = { ...work.world, environment: { WRIT_SERVER: "" } };
    expect((await work.command("list")).exit).toBe(0);
  });
});

describe("a token", () => {
  test("is in the environment or in a file of one's own, and nowhere else", async () => {
    await using work = Workspace.make(null);
    await using remote = await RemoteUser.over(work);
    const { WRIT_SERVER: url = "", WRIT_TOKEN: token = "" } = remote.world.environment;
    remote.world = { ...remote.world, environment: {} };
    expect(codeOf(await remote.command("--server", url, "list", "--json"))).toBe("token_missing");
    const file = join(remote.world.cwd, "token");
    const list = ["list", "--server", url, "--token-file", "token", "--json"];
    expect(codeOf(await remote.command(...list))).toBe("input_malformed");
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    expect(await remote.command(...list)).toMatchObject({ exit: 0, out: "[]\n" });
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      chmodSync(file, mode);
      expect(codeOf(await remote.command(...list))).toBe("token_file_exposed");
    }
    chmodSync(file, 0o600);
    writeFileSync(file, "two words");
    expect(codeOf(await remote.command(...list))).toBe("input_malformed");
    expect((await remote.command("list", "--server", url, "--token", token)).err).toContain("[unknown_option]");
  });

  test("that is wrong, revoked or of too small a role is told apart, and what to do is said", async () => {
    await using work = Workspace.make(null);
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([{ id: "w", tool: "docs.write_doc", params: { path: "a.md", text: "" } }]);
    const approval = await work.waiting(run);
    const environment = { ...remote.world.environment };
    remote.world = { ...remote.world, environment: { ...environment, WRIT_TOKEN: "writ_nothing" } };
    const wrong = await remote.command("list");
    expect(wrong).toMatchObject({ exit: 4, out: "" });
    expect(wrong.err).toMatch(/\[token_invalid\]/);
    expect(wrong.err.replaceAll(/\s+/g, " ")).toContain("writ token create --role operator");
    await remote.as("viewer");
    expect((await remote.command("show", run)).exit).toBe(0);
    const refused = await remote.command("approvals", "approve", approval, "--json");
    expect({ exit: refused.exit, code: codeOf(refused) }).toEqual({ exit: 4, code: "role_insufficient" });
    expect((await work.view(run)).status).toBe("awaiting_gate");
    await remote.as("operator");
    expect(codeOf(await remote.command("approvals", "deny", approval, "--reason", "no", "--json"))).toBe(
      "role_insufficient",
    );
    await remote.as("approver");
    expect((await remote.command("approvals", "approve", approval, "--json")).exit).toBe(0);
    expect(codeOf(await remote.command("run", "a goal", "--json"))).toBe("role_insufficient");
  });
});

describe("what answers in the place of a server", () => {
  test.each<readonly [string, RequestListener, string]>([
    ["a page", (_, out) => out.end("<html>Welcome</html>"), "server_answer_invalid"],
    ["other JSON", (_, out) => out.end("{}"), "server_answer_invalid"],
    [
      "a problem of its own",
      (_, out) => out.writeHead(500).end('{"code":"x","detail":"d","status":500}'),
      "server_answer_invalid",
    ],
    ["a proxy", (_, out) => out.writeHead(502).end("Bad Gateway"), "server_answer_invalid"],
    [
      "a redirection elsewhere",
      (_, out) => out.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      "server_unreachable",
    ],
    ["nobody for long", (request) => request.socket.destroy(), "server_unreachable"],
  ])("%s: %#", async (_name, answer, code) => {
    await using work = Workspace.make(null);
    const { url, close } = await listening(answer);
    try {
      work.world = { ...work.world, environment: { WRIT_SERVER: url, WRIT_TOKEN: "writ_abc" } };
      const said = await work.command("list", "--json");
      expect({ exit: said.exit, code: codeOf(said) }).toEqual({ exit: 1, code });
    } finally {
      close();
    }
  });
});
