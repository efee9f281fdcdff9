import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { equalInTime } from "@writ/adapters/system/equal-in-time";
import { names } from "@writ/api/contract/openapi";
import { OPERATIONS, type Operation } from "@writ/api/contract/operations";
import { GRANTS, PERSONAL, PRINCIPAL_KINDS, ROLES } from "@writ/core";
import { Access } from "@writ/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { systemClockOf } from "../compose.ts";
import { Served } from "./http.ts";
import { heldAnswer, heldProblem } from "./http-contract.ts";
import type { Received } from "./http-exchange.ts";
import { placeOf, servedPlaces } from "./http-places.ts";
import { documentOf, Workspace } from "./workspace.ts";

const PLACES = servedPlaces().filter(({ access, name }) => access !== "public" && name !== null);
let served: Served;

beforeAll(async () => {
  served = await Served.over(Workspace.make("notes"));
});
afterAll(() => served[Symbol.asyncDispose]());

/** A browser that logged in: its cookie, and what its own page knows. */
async function loggedIn(
  body: object,
): Promise<{ readonly cookie: string; readonly csrf: string; readonly login: Received }> {
  const login = await served.asked("log_in", "/login", { as: null, body: JSON.stringify(body) });
  const [given = ""] = login.headers["set-cookie"] ?? [];
  const { csrf } = { csrf: "", ...objectOf(login) };
  return { cookie: given.split(";")[0] ?? "", csrf, login };
}

function objectOf(received: Received): object {
  const value = received.json();
  return typeof value === "object" && value !== null ? value : {};
}

describe("who may", () => {
  test("4.1-5 without a token, with a malformed, unknown, expired or revoked one: 401 at every place", async () => {
    const access = await served.access();
    const made = async (ttlMs: number | null) =>
      access.create({ role: "admin", kind: "user", user: "mira", label: null, ttlMs });
    const valid = await made(null);
    const expired = await made(1);
    const revoked = await made(null);
    await access.revoke(revoked.id);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const flipped = `${valid.token.slice(0, -1)}${valid.token.endsWith("A") ? "B" : "A"}`;
    const wrong: readonly (readonly [string, string | null])[] = [
      ["token_missing", null],
      ["token_invalid", "Bearer"],
      ["token_invalid", "Bearer "],
      ["token_invalid", `Basic ${Buffer.from("mira:x").toString("base64")}`],
      ["token_invalid", `Token ${valid.token}`],
      ["token_invalid", `Bearer ${valid.token} ${valid.token}`],
      ["token_invalid", `Bearer ${valid.token}x`],
      ["token_invalid", `Bearer ${valid.token.slice(0, 20)}`],
      ["token_invalid", `Bearer ${flipped}`],
      ["token_invalid", `Bearer writ_${"0".repeat(26)}_${"A".repeat(43)}`],
      ["token_invalid", `Bearer ${expired.token}`],
      ["token_invalid", `Bearer ${revoked.token}`],
      ["token_invalid", `Bearer ${"a".repeat(5_000)}`],
    ];
    const before = await served.extent();
    let refused = 0;
    for (const { method, path, accept } of PLACES) {
      for (const [code, authorization] of wrong) {
        const body = method === "POST" ? { body: "{}" } : {};
        const headers = { accept, ...(authorization === null ? {} : { authorization }) };
        const received = await served.exchange(method, path, { ...body, headers });
        heldProblem(received);
        expect({ path, authorization, status: received.status, code: received.problem().code }).toEqual({
          path,
          authorization,
          status: 401,
          code,
        });
        expect(received.headers["www-authenticate"]).toContain("Bearer");
        refused += 1;
      }
      const inQuery = await served.exchange(method, `${path}?token=${valid.token}&access_token=${valid.token}`, {
        headers: { accept },
      });
      expect(inQuery.status).toBe(401);
      const admitted = await served.exchange(method, path, {
        ...(method === "POST" ? { body: "{}" } : {}),
        headers: { accept, authorization: `Bearer ${valid.token}` },
      });
      expect(admitted.status).not.toBe(401);
    }
    expect(refused).toBe(PLACES.length * wrong.length);
    expect(await served.extent()).toEqual(before);
  });

  test("4.1-5 a token is 256 bits, kept as a digest in a file that is the owner's alone", async () => {
    const { token } = await (
      await served.access()
    ).create({
      role: "viewer",
      kind: "user",
      user: "mira",
      label: null,
      ttlMs: null,
    });
    const secret = token.slice(-43);
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    let looked = 0;
    for (const entry of readdirSync(served.work.base, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      expect({ file, has: readFileSync(file).includes(secret) }).toEqual({ file, has: false });
      if (!file.startsWith(served.work.folder)) continue;
      looked += 1;
      if (entry.name.startsWith("writ.db")) expect((statSync(file).mode & 0o077).toString(8)).toBe("0");
    }
    expect(looked).toBeGreaterThan(1);
  });

  test("4.1-5 a secret is compared in a time that tells nothing, for a token that is known and for one that is not", async () => {
    const { store } = await served.work.desk();
    const compared: [string, string][] = [];
    const access = new Access({
      tokens: store.doors.tokens,
      clock: systemClockOf(),
      entropy: { bytes: (count) => new Uint8Array(count) },
      hash: { sha256: () => new Uint8Array(32), sha256Hex: () => "f".repeat(64) },
      equal: (a, b) => {
        compared.push([a, b]);
        return equalInTime(a, b);
      },
    });
    const known = (await served.token("viewer")).replace(/.{43}$/, "A".repeat(43));
    for (const text of [known, `writ_${"0".repeat(26)}_${"A".repeat(43)}`])
      await expect(access.recognise(text)).rejects.toThrow("not one that holds here");
    expect(compared.map(([a, b]) => [a.length, b.length])).toEqual([
      [64, 64],
      [64, 64],
    ]);
    expect([equalInTime("ab", "ab"), equalInTime("ab", "ac"), equalInTime("ab", "abc")]).toEqual([true, false, false]);
  });

  test("4.1-6 the printed code lets one browser in, once, by a cookie that no page and no other site can use", async () => {
    const { code } = served.serving;
    const { login, cookie } = await loggedIn({ code });
    expect(login.status).toBe(200);
    const [given = ""] = login.headers["set-cookie"] ?? [];
    const flags = given.split(";").map((part) => part.trim().toLowerCase());
    expect(flags).toEqual(expect.arrayContaining(["httponly", "samesite=strict", "path=/"]));
    const secret = cookie.split("=")[1] ?? "-";
    expect(login.text).not.toContain(secret);
    for (const again of [code, code.toLowerCase(), "AAAA-AAAA-AAAA"]) {
      const refusal = await served.asked("log_in", "/login", { as: null, body: JSON.stringify({ code: again }) });
      expect(refusal.problem().code).toBe("token_invalid");
      expect(refusal.headers["set-cookie"]).toBeUndefined();
    }
    const me = await served.asked("get_me", "/me", { as: null, headers: { cookie } });
    expect(me.status).toBe(200);
    expect(me.text).not.toContain(secret);
    const asBearer = await served.asked("get_me", "/me", { as: null, headers: { authorization: `Bearer ${secret}` } });
    expect(asBearer.status).toBe(401);
    for (const bad of [
      `${cookie}; ${cookie}`,
      cookie.slice(0, -1),
      "writ_login=",
      `writ_login=${await served.token("admin")}`,
    ])
      expect((await served.asked("get_me", "/me", { as: null, headers: { cookie: bad } })).status).toBe(401);
  });

  test("4.1-6 no token and no code stands in an answer, a header that others see, or the server's log", async () => {
    const token = await served.token("operator");
    const { cookie, csrf } = await loggedIn({ token });
    const secrets = [token, cookie.split("=")[1] ?? "-", served.serving.code];
    for (const place of servedPlaces()) {
      const body = place.method === "POST" ? { body: "{}" } : {};
      const { accept } = place;
      for (const headers of [
        { accept, authorization: `Bearer ${token}` },
        { accept, cookie, "x-writ-csrf": csrf },
      ]) {
        if (place.name === "log_out") continue;
        const { text, headers: told } = await served.exchange(place.method, place.path, { ...body, headers });
        for (const secret of secrets) expect([place.path, text.includes(secret)]).toEqual([place.path, false]);
        expect(JSON.stringify(told)).not.toContain(token);
      }
    }
    await served.exchange("GET", `/tasks/${token}?q=${token}`, {});
    const log = JSON.stringify(served.lines);
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(served.lines.length).toBeGreaterThan(50);
  });

  test("4.1-7 what a browser changes needs the proof that its own page asks, at every place", async () => {
    const { cookie, csrf } = await loggedIn({ token: await served.token("admin") });
    const other = await loggedIn({ token: await served.token("admin") });
    const posts = PLACES.filter(({ method, name }) => method === "POST" && name !== "log_out");
    const before = await served.extent();
    for (const { path, accept } of posts) {
      for (const proof of [undefined, "", csrf.slice(1), other.csrf, `${csrf} `, csrf.toUpperCase()]) {
        const headers = { accept, cookie, ...(proof === undefined ? {} : { "x-writ-csrf": proof }) };
        const received = await served.exchange("POST", path, { body: "{}", headers });
        if (proof?.trim() === csrf) continue;
        heldProblem(received);
        expect({ path, proof, code: received.problem().code }).toEqual({ path, proof, code: "csrf_missing" });
      }
      const held = await served.exchange("POST", path, {
        body: "{}",
        headers: { accept, cookie, "x-writ-csrf": csrf },
      });
      expect({ path, status: held.status }).not.toEqual({ path, status: 403 });
    }
    expect(posts.length).toBeGreaterThan(10);
    expect(await served.extent()).toEqual(before);
    const out = await served.asked("log_out", "/logout", {
      as: null,
      body: "{}",
      headers: { cookie, "x-writ-csrf": csrf },
    });
    expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect((await served.asked("get_me", "/me", { as: null, headers: { cookie } })).status).toBe(401);
  });

  test("4.1-7 a login ends with the token it was exchanged for", async () => {
    const access = await served.access();
    const { token, id } = await access.create({ role: "viewer", kind: "user", user: "mira", label: null, ttlMs: null });
    const { cookie } = await loggedIn({ token });
    expect((await served.asked("get_me", "/me", { as: null, headers: { cookie } })).status).toBe(200);
    await access.revoke(id);
    expect((await served.asked("get_me", "/me", { as: null, headers: { cookie } })).status).toBe(401);
  });

  test("4.1-20 what is told without a token is one word", async () => {
    const told = names().filter((name) => OPERATIONS[name].access === "public");
    expect(told.toSorted()).toEqual(["get_health", "get_ready", "log_in"]);
    const health = await served.call("get_health", {}, { as: null });
    const ready = await served.call("get_ready", {}, { as: null });
    expect([health.text, ready.text]).toEqual(['{"status":"ok"}', '{"status":"ready"}']);
    for (const { headers } of [health, ready]) {
      const known = Object.keys(headers).filter(
        (name) => !/^(content-|cross-origin-|x-|cache-|date|connection|vary|permissions-|referrer-|keep-)/.test(name),
      );
      expect(known).toEqual([]);
    }
  });
});

describe("a role", () => {
  const MATRIX = PRINCIPAL_KINDS.flatMap((kind) => ROLES.map((role) => ({ kind, role })));

  test.each(MATRIX)("of $kind $role may do what it grants and nothing else", async ({ kind, role }) => {
    const token = await served.planted(role, kind);
    let allowed = 0;
    let refused = 0;
    for (const name of names()) {
      const operation: Operation = OPERATIONS[name];
      if (operation.access === "public") continue;
      const isPost = operation.method === "post";
      const received = await served.exchange(operation.method.toUpperCase(), placeOf(name), {
        ...(isPost ? { body: "{}" } : {}),
        headers: { authorization: `Bearer ${token}`, accept: operation.media?.at(-1) ?? "application/json" },
      });
      heldAnswer(name, received);
      const isGranted = GRANTS[role].includes(operation.access);
      const isWithheld = kind !== "user" && PERSONAL.includes(operation.access);
      const expected = isGranted ? (isWithheld ? "approval_agent_forbidden" : null) : "role_insufficient";
      const code = received.status < 400 ? null : received.problem().code;
      const isRefused = code === "role_insufficient" || code === "approval_agent_forbidden";
      expect({ name, code: isRefused ? code : null }).toEqual({ name, code: expected });
      if (expected === null) allowed += 1;
      else refused += 1;
    }
    expect(allowed).toBeGreaterThan(20);
    expect(refused > 0).toBe(role !== "admin" || kind !== "user");
  });

  test("that decides is never given to a program", async () => {
    const access = await served.access();
    for (const kind of PRINCIPAL_KINDS.filter((each) => each !== "user")) {
      for (const role of ROLES.filter((each) => GRANTS[each].some((wanted) => PERSONAL.includes(wanted))))
        await expect(access.create({ role, kind, user: "mira", label: null, ttlMs: null })).rejects.toMatchObject({
          code: "approval_agent_forbidden",
        });
    }
    await using other = Workspace.make(null);
    const said = await other.command("token", "create", "--role", "admin", "--agent", "--json");
    expect(said.exit).toBe(4);
    expect(documentOf(said)).toMatchObject({ error: { code: "approval_agent_forbidden" } });
  });
});
