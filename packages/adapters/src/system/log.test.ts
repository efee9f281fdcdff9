import { epochMs, isJsonObject, parseStrict, type JsonObject } from "@writ/core";
import { Secrets, type Log } from "@writ/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { lineLog } from "./log-line.ts";
import { jsonLog } from "./log.ts";

const SECRET = "sk-live-4711-secret";
const AT = new Date(2026, 10, 21, 14, 2, 8).getTime();

function both() {
  const json: string[] = [];
  const lines: string[] = [];
  const secrets = new Secrets([SECRET]);
  const logs: readonly Log[] = [
    jsonLog((line) => void json.push(line), secrets),
    lineLog((line) => void lines.push(line), secrets, { now: () => epochMs(AT) }),
  ];
  return { json, lines, write: (...said: Parameters<Log["write"]>) => logs.forEach((log) => log.write(...said)) };
}

function parsed(line: string | undefined): JsonObject {
  const value = parseStrict(line ?? "");
  if (!isJsonObject(value)) throw new TypeError(`no object: ${line}`);
  return { ...value };
}

const REQUEST = { method: "POST", route: "/tasks", status: 201, ms: 12, request_id: "req_a", token_id: "tok_b" };

describe("a log", () => {
  test("says a request in one line of JSON for programs, and in one that a person reads", () => {
    const { json, lines, write } = both();
    write("info", "http", REQUEST);
    const { time, ...said } = parsed(json[0]);
    expect(said).toEqual({ level: "info", message: "http", ...REQUEST });
    expect(time).toMatch(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$/);
    expect(lines).toEqual(["14:02:08 http  POST /tasks 201 12 ms\n"]);
  });

  test.each([
    [
      "warn",
      "http",
      { method: "GET", route: "/", status: 421, ms: 0, host: "evil.example" },
      "http  warn GET / 421 0 ms host=evil.example",
    ],
    ["error", "stopped", {}, "stopped error"],
    [
      "debug",
      "mail",
      { to: "a b", tries: 2, is_last: true, of: ["x"], run_id: "run_a", none: null },
      'mail  debug to="a b" tries=2 is_last=true of="[\\"x\\"]"',
    ],
    ["info", "ready", {}, "ready"],
  ] as const)("a person reads %s %s as one line", (level, message, fields, line) => {
    const { lines, write } = both();
    write(level, message, fields);
    expect(lines).toEqual([`14:02:08 ${line}\n`]);
  });

  test.each([
    { authorization: "Bearer abc" },
    { Authorization: "Basic abc" },
    { cookie: "abc" },
    { "set-cookie": ["abc"] },
    { token: "abc" },
    { accessToken: "abc" },
    { token: 123456 },
    { tokens: ["abc"] },
    { client_secret: "abc" },
    { password: "abc" },
    { password_hash: "abc" },
    { apiKey: "abc" },
    { "x-api-key": { value: "abc" } },
    { headers: [{ proxy_authorization: "abc" }] },
    { note: "sent Bearer abc and went" },
    { url: "https://a.example/?access_token=abc&x=1" },
    { note: `it is ${SECRET}` },
    { note: Buffer.from(SECRET).toString("base64url") },
    { [SECRET]: 1 },
  ])("does not say %j", (fields) => {
    const { json, lines, write } = both();
    write("info", `with ${SECRET}`, fields);
    for (const line of [...json, ...lines]) {
      expect(line).not.toMatch(/abc|123456|4711/);
      expect(line).not.toContain(Buffer.from(SECRET).toString("base64url"));
      expect(line).toContain("••••••");
    }
  });

  test("says counts and ids, which open nothing", () => {
    const { json, write } = both();
    write("info", "llm", { tokens: 512, token_id: "tok_b", key_ids: ["a"], keyboard: "qwerty", token: null });
    expect(parsed(json[0])).toMatchObject({ tokens: 512, token_id: "tok_b", key_ids: ["a"], keyboard: "qwerty" });
  });

  test("a field cannot pass for the line's own", () => {
    const { json, write } = both();
    write("info", "http", { level: "error", time: "never", message: "other", pid: 1 });
    expect(json[0]?.match(/"level":/g)).toHaveLength(1);
    expect(parsed(json[0])).toMatchObject({ level: "info", message: "http", level_: "error", time_: "never", pid: 1 });
  });

  test("whatever is said, a line is a line, moves nothing, and can be read by its program", () => {
    let hostile = 0;
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u001b[2J",
        "a\nb",
        "\r",
        "\u202egnp.exe",
        "\u2028",
        "%s %d %j",
        "\u0000",
        "\ud800",
        "\u009b31m",
      ),
    );
    fc.assert(
      fc.property(
        text,
        fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(text)), { maxKeys: 4 }),
        (message, fields) => {
          const { json, lines, write } = both();
          write("info", message, fields);
          expect([json.length, lines.length]).toEqual([1, 1]);
          for (const line of [...json, ...lines]) {
            expect(line.indexOf("\n")).toBe(line.length - 1);
            hostile += /[\p{C}\p{Zl}\p{Zp}]/u.test(message) ? 1 : 0;
          }
          expect(json[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          const read: unknown = JSON.parse(json[0] ?? "");
          expect(read).toMatchObject({ level: "info" });
        },
      ),
      { numRuns: 500 },
    );
    expect(hostile).toBeGreaterThan(50);
  });
});
