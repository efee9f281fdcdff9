import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import { heldHeaders, heldProblem } from "./http-contract.ts";
import type { Received, Sent } from "./http-exchange.ts";
import { servedPlaces, type ServedPlace } from "./http-places.ts";
import { sentRaw } from "./raw-socket.ts";
import { Workspace } from "./workspace.ts";

const PLACES = servedPlaces();
let served: Served;

beforeAll(async () => {
  served = await Served.over(Workspace.make("notes"));
});
afterAll(() => served[Symbol.asyncDispose]());

/** A request that would be answered, but for what is said in `over`. */
async function knocked({ method, path, accept }: ServedPlace, over: Sent["headers"] = {}): Promise<Received> {
  const authorization = `Bearer ${await served.token("admin")}`;
  const body = method === "POST" ? { body: "{}" } : {};
  return served.exchange(method, path, { ...body, headers: { accept, authorization, ...over } });
}

function hostileHosts(port: number): readonly string[] {
  const names = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "evil@127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
  ];
  const forms = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "localhost.",
    "LOCALHOST..",
  ];
  const withPort = [...names, ...forms].map((name) => `${name}:${port}`);
  const wrongPort = [
    "127.0.0.1",
    "localhost",
    "127.0.0.1:",
    `127.0.0.1:${port + 1}`,
    `localhost:80`,
    `127.0.0.1:0${port}`,
  ];
  const odd = [
    `127.0.0.1:${port}.evil.example`,
    `127.0.0.1:${port}@evil.example`,
    `127.0.0.1:${port}/`,
    `127.0.0.1:${port}#`,
    `127.0.0.1:${port}, evil.example`,
    `evil.example, 127.0.0.1:${port}`,
    `http://127.0.0.1:${port}`,
    ` `,
    `*`,
    `null`,
    `127.0.0.1:${port}\u00a0`,
  ];
  return [...withPort, ...wrongPort, ...odd];
}

describe("who is asked", () => {
  test("4.1-1 it listens on the machine itself alone, and not elsewhere whatever is asked", async () => {
    const { serving } = served;
    expect(serving.url).toBe(`http://127.0.0.1:${serving.port}`);
    const port = serving.port.toString(16).toUpperCase().padStart(4, "0");
    const listening = ["tcp", "tcp6"]
      .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n"))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${port}`) === true);
    expect(listening.map(([, local]) => local)).toEqual([`0100007F:${port}`]);
    await using other = Workspace.make(null);
    for (const address of ["0.0.0.0", "::", "192.0.2.1", "example.org"]) {
      const said = await other.command("serve", "--address", address, "--json");
      expect({ address, exit: said.exit }).toEqual({ address, exit: 4 });
      expect(said.out + said.err).toContain("address_not_loopback");
    }
  });

  test("4.1-2 a Host that is not ours is 421 at every place", async () => {
    const hostile = hostileHosts(served.port);
    expect(hostile.length).toBeGreaterThanOrEqual(30);
    let refused = 0;
    for (const [at, place] of PLACES.entries()) {
      const own = at === 0 ? hostile : [hostile[at % hostile.length] ?? "", "evil.example"];
      for (const host of own) {
        const received = await knocked(place, { host });
        heldProblem(received);
        expect({ place, host, status: received.status, code: received.problem().code }).toMatchObject({
          status: 421,
          code: "host_unknown",
        });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(PLACES.length * 2);
    for (const host of [`127.0.0.1:${served.port}`, `localhost:${served.port}`, `LocalHost:${served.port}`])
      expect((await served.exchange("GET", "/health", { headers: { host } })).status).toBe(200);
  });

  test("4.1-2 no Host, two of them, and a whole address as the target are refused at every place", async () => {
    const own = `127.0.0.1:${served.port}`;
    const token = await served.token("admin");
    const heads = (host: string): string => `${host}authorization: Bearer ${token}\r\nconnection: close\r\n`;
    for (const { method, path } of PLACES) {
      const body = method === "POST" ? "content-type: application/json\r\ncontent-length: 2\r\n\r\n{}" : "\r\n";
      const answers = await Promise.all([
        sentRaw(served.port, `${method} ${path} HTTP/1.1\r\n${heads("")}${body}`),
        sentRaw(served.port, `${method} ${path} HTTP/1.0\r\n${heads("")}${body}`),
        sentRaw(served.port, `${method} ${path} HTTP/1.1\r\n${heads(`host: ${own}\r\nHost: ${own}\r\n`)}${body}`),
        sentRaw(served.port, `${method} ${path} HTTP/1.1\r\n${heads(`host: ${own}\r\nhost: evil.example\r\n`)}${body}`),
        sentRaw(served.port, `${method} http://${own}${path} HTTP/1.1\r\n${heads(`host: ${own}\r\n`)}${body}`),
        sentRaw(served.port, `${method} http://evil.example${path} HTTP/1.1\r\n${heads(`host: ${own}\r\n`)}${body}`),
      ]);
      for (const [at, { statuses, isClosed }] of answers.entries())
        expect({ path, at, statuses, isClosed }).toEqual({
          path,
          at,
          statuses: [at === 0 ? 400 : 421],
          isClosed: true,
        });
    }
  });

  test("4.1-3 another site's Origin, none by name, and Sec-Fetch-Site are refused; our own page is not", async () => {
    const own = `http://127.0.0.1:${served.port}`;
    const foreign = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `https://127.0.0.1:${served.port}` },
      { origin: `${own}.evil.example` },
      { origin: `http://127.0.0.1` },
      { origin: `http://127.0.0.1:${served.port + 1}` },
      { origin: "" },
      { origin: own, "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
    ];
    let refused = 0;
    for (const place of PLACES) {
      for (const headers of foreign) {
        const received = await knocked(place, headers);
        heldProblem(received);
        expect({ place, headers, code: received.problem().code }).toMatchObject({ code: "origin_foreign" });
        expect(received.status).toBe(403);
        refused += 1;
      }
      for (const headers of [
        { origin: own },
        { origin: own, "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "none" },
      ])
        expect({ place, headers, status: (await knocked(place, headers)).status }).not.toMatchObject({ status: 403 });
      const navigated = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
      expect((await knocked(place, navigated)).status === 403).toBe(place.method === "POST");
    }
    expect(refused).toBe(PLACES.length * foreign.length);
  });

  test("4.1-4 nothing is changed but by POST with JSON; a method is not overridden", async () => {
    const before = await served.extent();
    let tried = 0;
    for (const place of PLACES) {
      for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]) {
        const received = await served.exchange(method, place.path, {
          headers: { authorization: `Bearer ${await served.token("admin")}` },
        });
        heldProblem(received);
        expect({ method, status: received.status, allow: received.headers.allow }).toEqual({
          method,
          status: 405,
          allow: "GET, POST",
        });
        tried += 1;
      }
      if (place.method !== "POST") {
        const posted = await knocked({ ...place, method: "POST" }, { "x-http-method-override": "GET" });
        heldProblem(posted);
        const hasTwin = PLACES.some(({ path, method }) => path === place.path && method === "POST");
        if (!hasTwin) expect([404, 405]).toContain(posted.status);
        continue;
      }
      for (const media of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]) {
        const received = await knocked(place, { "content-type": media });
        heldProblem(received);
        expect({ place, media, status: received.status }).toMatchObject({ status: 415 });
        tried += 1;
      }
      for (const header of ["x-http-method-override", "x-http-method", "x-method-override"]) {
        const got = await knocked({ ...place, method: "GET" }, { [header]: "POST" });
        const twin = PLACES.some(({ path, method }) => path === place.path && method === "GET");
        // Where another operation looks at what stands there, it finds no id in it.
        if (!twin) expect([400, 404, 405]).toContain(got.status);
      }
    }
    expect(tried).toBeGreaterThan(PLACES.length * 6);
    expect(await served.extent()).toEqual(before);
  });

  test("4.1-8 4.1-9 every answer of every place has the headers that protect, and none that opens it to others", async () => {
    const seen = new Set<number>();
    for (const place of PLACES) {
      for (const over of [
        {},
        { authorization: "Bearer no" },
        { origin: `http://127.0.0.1:${served.port}` },
        { accept: "image/png" },
        { host: "evil.example" },
        { origin: "http://evil.example", "access-control-request-method": "POST" },
        { expect: "200-maybe" },
      ] satisfies readonly Sent["headers"][]) {
        const received = await knocked(place, over);
        heldHeaders(received);
        if (received.status >= 400) heldProblem(received);
        for (const value of Object.values(received.headers)) expect(String(value)).not.toContain("evil.example");
        seen.add(received.status);
      }
    }
    const first = await served.call("list_tools", {});
    const again = await served.call("list_tools", {}, { headers: { "if-none-match": first.headers.etag ?? "" } });
    expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, first.headers.etag]);
    expect([...seen]).toEqual(expect.arrayContaining([200, 401, 403, 404, 406, 421, 422]));
    const bare = await sentRaw(served.port, "no HTTP at all\r\n\r\n");
    expect(bare.statuses).toEqual([400]);
    expect(bare.text).toContain("content-security-policy: default-src 'none'");
    expect(bare.text).toContain("x-content-type-options: nosniff");
  });

  test("4.1-9 HEAD says what GET says of every place, without a body, and ends", async () => {
    for (const place of PLACES.filter(({ method }) => method === "GET")) {
      const headed = await knocked({ ...place, method: "HEAD" });
      const got = await knocked(place);
      heldHeaders(headed);
      expect({ place, status: headed.status, media: headed.media, bytes: headed.bytes.length }).toEqual({
        place,
        status: got.status,
        media: got.media,
        bytes: 0,
      });
      const token = await served.token("admin");
      const head = `host: 127.0.0.1:${served.port}\r\naccept: ${place.accept}\r\nauthorization: Bearer ${token}`;
      const raw = await sentRaw(served.port, `HEAD ${place.path} HTTP/1.1\r\n${head}\r\nconnection: close\r\n\r\n`);
      expect({ place, isClosed: raw.isClosed, statuses: raw.statuses }).toMatchObject({
        isClosed: true,
        statuses: [got.status],
      });
    }
  });
});
