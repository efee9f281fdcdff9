import { names } from "@writ/api/contract/openapi";
import { OPERATIONS, type OperationName } from "@writ/api/contract/operations";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import { heldAnswer, heldHeaders, heldProblem } from "./http-contract.ts";
import { placeOf } from "./http-places.ts";
import { having } from "./matching.ts";
import { sentRaw } from "./raw-socket.ts";
import { Workspace } from "./workspace.ts";

const POSTS = names().filter((name) => OPERATIONS[name].method === "post");
const MIB = 1_048_576;
let served: Served;

beforeAll(async () => {
  served = await Served.over(Workspace.make("notes"));
});
afterAll(() => served[Symbol.asyncDispose]());

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const wide = (members: number): string => `{${Array.from({ length: members }, (_, at) => `"k${at}":0`).join(",")}}`;

/** What is never to be told of this machine and its insides. */
const INSIDES =
  /\/(?:root|home|usr|tmp|var|proc)\/|\.orchestrate|node:|node_modules|\bat .+:\d+:\d+|SQLITE|SELECT |INSERT |UPDATE |\bstack\b|ZodError|TypeError|undefined/;

/** What is refused in a body before its form is looked at, and as what. */
const BODIES: readonly (readonly [name: string, body: string | Uint8Array, status: number, code: string])[] = [
  ["one byte too many", `{"goal":"${"a".repeat(MIB - 10)}"}`, 413, "body_too_large"],
  ["deeper than 64", nested(65), 400, "json_depth"],
  ["deeper than 64 in lists", `{"a":${"[".repeat(65)}${"]".repeat(65)}}`, 400, "json_depth"],
  ["very deep", "[".repeat(500_000), 400, "json_depth"],
  ["wider than 10,000", wide(10_001), 400, "json_size"],
  ["a name twice", '{"goal":"a","goal":"b"}', 400, "json_duplicate_key"],
  ["a name twice, once escaped", '{"goal":"a","\\u0067oal":"b"}', 400, "json_duplicate_key"],
  ["__proto__", '{"goal":"a","__proto__":{"x":1}}', 400, "json_key"],
  ["no JSON", '{"goal":', 400, "json_syntax"],
  ["a comment", '{"goal":"a"} // b', 400, "json_syntax"],
  ["two documents", "{}{}", 400, "json_syntax"],
  ["no UTF-8", Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, "json_utf8"],
  ["half a pair", '{"goal":"\\ud800"}', 400, "json_surrogate"],
  ["1e400", '{"goal":1e400}', 400, "json_number"],
  ["NaN", '{"goal":NaN}', 400, "json_syntax"],
];

describe("a body", () => {
  test.each(BODIES)("4.1-12 %s is refused at every POST, and nothing is changed", async (_, body, status, code) => {
    const before = await served.extent();
    for (const name of POSTS) {
      const received = await served.asked(name, placeOf(name), { body });
      const problem = received.problem();
      const told = problem.code === "body_malformed" ? problem.problems[0]?.code : problem.code;
      expect({ name, status: received.status, told }).toEqual({ name, status, told: code });
      expect(problem.detail.length).toBeLessThan(400);
    }
    expect(POSTS.length).toBeGreaterThan(10);
    expect(await served.extent()).toEqual(before);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("4.1-12 what fits exactly is read: 1 MiB, 64 levels, 10,000 members", async () => {
    for (const body of [`{"x":"${"a".repeat(MIB - 8)}"}`, nested(64), wide(10_000)]) {
      const received = await served.asked("create_task", "/tasks", { body });
      expect(received.problem().code).toBe("request_invalid");
      expect(received.problem().problems[0]?.code).toBe("unknown_field");
    }
  });

  test("4.1-12 a body in chunks is counted as it comes, and one that lies about its length is not waited for", async () => {
    const token = await served.token("admin");
    const head = (more: string): string =>
      `POST /tasks HTTP/1.1\r\nhost: 127.0.0.1:${served.port}\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\n${more}\r\n\r\n`;
    const chunk = `10000\r\n${"a".repeat(65_536)}\r\n`;
    const chunked = await sentRaw(
      served.port,
      head("transfer-encoding: chunked"),
      ...Array.from({ length: 20 }, () => chunk),
    );
    expect(chunked.statuses).toEqual([413]);
    const declared = await sentRaw(served.port, head("content-length: 1048577"), "{");
    expect(declared).toMatchObject({ statuses: [413], isClosed: true });
    const small = '{"goal":""}';
    const inPieces = [...small].map((one) => `1\r\n${one}\r\n`);
    const pieces = await sentRaw(
      served.port,
      head("transfer-encoding: chunked\r\nconnection: close"),
      ...inPieces,
      "0\r\n\r\n",
    );
    expect(pieces.statuses).toHaveLength(1);
    expect(pieces.statuses[0]).toBeGreaterThanOrEqual(400);
    expect((await served.call("get_health", {})).status).toBe(200);
  });

  test("4.1-16 whatever is asked for, a refusal tells no stack, no path of the machine and no query", async () => {
    const junk = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "'; DROP TABLE run; --",
        "../../../etc/passwd",
        "%00",
        "\u0000",
        "${7*7}",
        "__proto__",
        "a".repeat(3_000),
      ),
    );
    const seen = new Map<OperationName, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names()), junk, junk, fc.json(), async (name, id, value, body) => {
        const { method, path } = OPERATIONS[name];
        const part = encodeURIComponent(id.toWellFormed());
        const place = path.replaceAll(/\{[a-z0-9_]+\}/g, part === "" || /^\.+$/.test(part) ? "x" : part);
        const query = new URLSearchParams({ after: value.toWellFormed(), cursor: id.toWellFormed() });
        const isPost = method === "post";
        const received = await served.asked(name, `${place}?${query.toString()}`, {
          ...(isPost ? { body } : {}),
          headers: { "idempotency-key": encodeURIComponent(value.toWellFormed()).slice(0, 300) },
        });
        if (received.status < 400) return;
        heldProblem(received);
        expect(received.status).toBeLessThan(500);
        const { title, detail, problems } = received.problem();
        const said = JSON.stringify([title, detail, problems]).replaceAll(JSON.stringify(id).slice(1, -1), "");
        expect(said).not.toContain(served.work.base);
        expect(said).not.toMatch(INSIDES);
        seen.set(name, (seen.get(name) ?? 0) + 1);
      }),
      { numRuns: 600 },
    );
    expect(seen.size).toBeGreaterThan(30);
  });

  test("4.1-17 ten thousand ways to write a path that leads out are all 404, and none reaches a file", async () => {
    const part = fc.constantFrom(
      "..",
      ".",
      "%2e%2e",
      "%2E.",
      "..%2f",
      "..%5c",
      "..\\",
      "%00",
      "....",
      "//",
      "~root",
      "%c0%ae%c0%ae",
      "%252e%252e",
      "C:",
      "\\\\host\\share",
      "file:",
      "errors",
      "assets",
      "runs",
    );
    const target = fc.constantFrom(
      "etc/passwd",
      ".orchestrate/writ.db",
      "package.json",
      "internal.md",
      "internal%00",
      "errors/internal.md",
      "windows/win.ini",
      "index.html/",
      "%2e%2e/writ.yaml",
    );
    const path = fc.tuple(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("/", "//", "\\", "%2f"),
      target,
    );
    const paths = fc.sample(path, 10_000).map(([parts, by, end]) => `/${parts.join(by)}${by}${end}`);
    const statuses = new Map<number, number>();
    const queue = [...new Set(paths), ...paths].slice(0, 10_000);
    const walk = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const received = await served.exchange("GET", next);
        if (received.status !== 404) expect({ next, status: received.status }).toEqual({ next, status: 404 });
        heldHeaders(received);
        statuses.set(received.status, (statuses.get(received.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 16 }, walk));
    expect([...statuses]).toEqual([[404, 10_000]]);
  });
});

describe("names and fields", () => {
  const bad = [
    "",
    "x",
    "run_",
    "run_01",
    "RUN_01M7ZNBXQD625XV5GGMDM50HQG",
    "run_01m7znbxqd625xv5ggmdm50hqg0",
    "apr_01m7znbxqd625xv5ggmdm50hqu",
    "run_81m7znbxqd625xv5ggmdm50hqg",
    "tok_01m7znbxqd625xv5ggmdm50hqg",
    "run_01m7znbxqd625xv5ggmdm50hq%01",
    "run_01m7znbxqd625xv5ggmdm50hq ",
    "%E0%A4%A",
    "constructor",
    "__proto__",
  ];

  test("4.1-18 an id that is none is refused before anything is looked up", async () => {
    const named = names().filter((name) => OPERATIONS[name].path.includes("{id}"));
    let refused = 0;
    for (const name of named) {
      for (const id of bad.filter((each) => each !== "")) {
        const path = OPERATIONS[name].path
          .replace("{id}", id.includes("%") ? id : encodeURIComponent(id))
          .replace("{step}", "a")
          .replace("{sha256}", "0".repeat(64));
        const body = OPERATIONS[name].method === "post" ? { body: "{}" } : {};
        const received = await served.asked(name, path, body);
        expect({ name, id, code: received.problem().code }).toEqual({ name, id, code: "malformed_id" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  test("4.1-18 a field, a parameter and a value that nobody knows are refused everywhere, each by its name", async () => {
    const before = await served.extent();
    let refused = 0;
    for (const name of names()) {
      const place = placeOf(name);
      for (const extra of ["surprise", "__proto__", "constructor", "toString", "Limit"]) {
        const isPost = OPERATIONS[name].method === "post";
        const path = `${place}${place.includes("?") ? "&" : "?"}${encodeURIComponent(extra)}=1`;
        const received = await served.asked(name, path, isPost ? { body: "{}" } : {});
        expect({ name, extra, code: received.problem().code }).toEqual({ name, extra, code: "request_invalid" });
        const fields = received.problem().problems.map((each) => each.place?.field);
        expect({ name, fields }).toEqual({ name, fields: having(`/${extra}`) });
        refused += 1;
        if (!isPost || extra === "__proto__" || extra === "constructor") continue;
        const bodied = await served.asked(name, place, { body: JSON.stringify({ [extra]: 1 }) });
        expect({ name, extra, code: bodied.problem().code }).toEqual({ name, extra, code: "request_invalid" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(200);
    expect(await served.extent()).toEqual(before);
  });

  test("4.1-18 a cursor, a limit and a position that are none are refused, not taken for the first page", async () => {
    const wrong = {
      list_tasks: [
        "cursor=x",
        "cursor=",
        "cursor=MTIz",
        "limit=0",
        "limit=201",
        "limit=1.5",
        "limit=",
        "state=done",
        "since=yesterday",
        "limit=1&limit=2",
        "q=",
      ],
      list_approvals: ["cursor=%20", "cursor=bm90IGEgcGxhY2U", "limit=-1", "state=open", "tier=root", "task=run_x"],
      list_events: ["after=-2", "after=x", "after=", "limit=0"],
      get_proof: ["entry=-1", "entry=", "entry=a", ""],
      get_consistency: ["since=0", "since=", ""],
      list_entries: ["from=-1", "limit=5001"],
      get_series: ["from=now"],
    } as const satisfies Partial<Record<OperationName, readonly string[]>>;
    for (const name of names()) {
      const queries = Object.entries(wrong).find(([each]) => each === name)?.[1] ?? [];
      for (const query of queries) {
        const received = await served.asked(name, `${OPERATIONS[name].path}?${query}`);
        const { code } = received.problem();
        expect({ name, query, isTyped: ["request_invalid", "cursor_malformed"].includes(code) }).toMatchObject({
          isTyped: true,
        });
        heldAnswer(name, received);
      }
    }
    for (const position of ["x", "-1", "1.5", "1 2"]) {
      const received = await served.asked("list_events", "/events", {
        accept: "text/event-stream",
        headers: { "last-event-id": position },
      });
      expect({ position, status: received.status }).toEqual({ position, status: 400 });
      expect(received.problem().code).toBe("cursor_malformed");
    }
  });
});
