import { once } from "node:events";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import { opened, sentRaw } from "./raw-socket.ts";
import { BRIEF } from "./http-scenes.ts";
import { healthTimes, SlowSenders } from "./slow-senders.ts";
import { Workspace } from "./workspace.ts";

let served: Served;

beforeAll(async () => {
  served = await Served.over(Workspace.make("notes"));
});
afterAll(() => served[Symbol.asyncDispose]());

/** Requests that are none, or that two readers would understand in two ways. `{H}` stands for the own host, `{A}` for a token. */
const CORPUS: readonly (readonly [name: string, bytes: string])[] = [
  ["no HTTP", "hello\r\n\r\n"],
  ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/0.9", "GET /health\r\n\r\n"],
  ["another version", "GET /health HTTP/3.7\r\n{H}\r\n"],
  ["an unknown method", "BREW /health HTTP/1.1\r\n{H}\r\n"],
  ["a space in the target", "GET /hea lth HTTP/1.1\r\n{H}\r\n"],
  ["a control character in the target", "GET /hea\u0001lth HTTP/1.1\r\n{H}\r\n"],
  ["a NUL in a header", "GET /health HTTP/1.1\r\n{H}x: a\u0000b\r\n\r\n"],
  ["a header without a colon", "GET /health HTTP/1.1\r\n{H}nonsense\r\n\r\n"],
  ["a space before the colon", "GET /health HTTP/1.1\r\n{H}x : y\r\n\r\n"],
  ["a folded header", "GET /health HTTP/1.1\r\n{H}x: y\r\n z\r\n\r\n"],
  ["bare line feeds", "GET /health HTTP/1.1\n{H}\n"],
  ["a bare return", "GET /health HTTP/1.1\r{H}\r"],
  ["headers too long", `GET /health HTTP/1.1\r\n{H}x: ${"a".repeat(20_000)}\r\n\r\n`],
  ["too many headers", `GET /health HTTP/1.1\r\n{H}${"x: y\r\n".repeat(3_000)}\r\n`],
  [
    "both lengths",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  [
    "both lengths, the other way",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n{H}\r\n",
  ],
  [
    "two lengths",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
  ],
  [
    "a length that is none",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ncontent-length: 2x\r\n\r\n{}",
  ],
  ["a negative length", "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ncontent-length: -1\r\n\r\n{}"],
  [
    "chunked with more",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
  ],
  [
    "chunked misspelt",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
  ],
  [
    "a chunk size that is none",
    "POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
  ],
  [
    "a chunk extension without end",
    `POST /tasks HTTP/1.1\r\n{H}{A}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2;${"a".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  ],
  [
    "an upgrade to WebSocket",
    "GET /events HTTP/1.1\r\n{H}{A}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n",
  ],
  [
    "an upgrade to h2c",
    "GET /health HTTP/1.1\r\n{H}connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n",
  ],
  ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n{H}\r\n"],
  ["a GET with a body", "GET /tasks HTTP/1.1\r\n{H}{A}content-length: 2\r\n\r\n{}"],
  ["a GET with chunks", "GET /tasks HTTP/1.1\r\n{H}{A}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
];

function filled(text: string, token: string): string {
  return text
    .replaceAll("{H}", `host: 127.0.0.1:${served.port}\r\n`)
    .replaceAll("{A}", `authorization: Bearer ${token}\r\n`);
}

describe("a connection", () => {
  test.each(CORPUS)("4.1-14 %s is refused, once, and the connection ends", async (_, bytes) => {
    const before = await served.extent();
    const { statuses, isClosed, text } = await sentRaw(
      served.port,
      Buffer.from(filled(bytes, await served.token("admin")), "latin1"),
    );
    expect(isClosed).toBe(true);
    expect(statuses.length).toBeLessThanOrEqual(1);
    for (const status of statuses) expect([400, 404, 405, 421]).toContain(status);
    if (statuses.length > 0) expect(text).toContain("x-content-type-options: nosniff");
    expect(text).not.toContain("101 Switching");
    expect(await served.extent()).toEqual(before);
  });

  test("4.1-14 what is sent behind a request before it was answered is not answered", async () => {
    const token = await served.token("admin");
    const slow = filled("GET /audit/checkpoint HTTP/1.1\r\n{H}{A}\r\n", token);
    const goal = JSON.stringify({ goal: BRIEF });
    const head = `content-type: application/json\r\ncontent-length: ${goal.length}\r\n\r\n`;
    const create = filled(`POST /tasks HTTP/1.1\r\n{H}{A}${head}${goal}`, token);
    const before = await served.extent();
    const { statuses, isClosed } = await sentRaw(served.port, `${slow}${create}${slow}`);
    expect(statuses.length).toBeLessThanOrEqual(1);
    expect(isClosed).toBe(true);
    expect(await served.extent()).toEqual(before);
    const oneByOne = await sentRaw(served.port, filled("GET /health HTTP/1.1\r\n{H}\r\n", token));
    expect(oneByOne.statuses).toEqual([200]);
  });

  test("4.1-14 nothing is written into an answer that is under way", async () => {
    const token = await served.token("admin");
    const stream = filled("GET /events HTTP/1.1\r\n{H}{A}accept: text/event-stream\r\n\r\n", token);
    const socket = await opened(served.port);
    let text = "";
    socket.on("data", (part: Buffer) => (text += part.toString()));
    const closed = once(socket, "close");
    socket.write(stream);
    await once(socket, "data");
    socket.write("and now no HTTP\r\n\r\n");
    await closed;
    expect(text.match(/HTTP\/1\.1/g)).toEqual(["HTTP/1.1"]);
    expect(text).not.toContain(" 400 ");
  });

  test("4.1-13 fifty that send a byte now and then slow nobody down", async () => {
    await using slow = await SlowSenders.to(served.port, 50);
    const took = await healthTimes(served, 40);
    expect(slow.closed).toBe(0);
    // Two may have met this process while it was busy with itself.
    expect(took.toSorted((a, b) => b - a)[2]).toBeLessThan(100);
  });
});
