import { epochMs, mintId, parseTraceparent, spanContext, writeTraceparent } from "@writ/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const HEADER = `00-${TRACE}-${SPAN}-01`;

describe("traceparent", () => {
  test("is read as the recommendation says", () => {
    const read = { traceId: TRACE, spanId: SPAN, isSampled: true };
    expect(parseTraceparent(HEADER)).toEqual(read);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...read, isSampled: false });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-fe`)).toEqual({ ...read, isSampled: false });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)).toEqual(read);
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01`)).toEqual(read);
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes-later`)).toEqual(read);
    expect(writeTraceparent(read)).toBe(HEADER);
  });

  test.each([
    ["nothing", ""],
    ["a space before it", ` ${HEADER}`],
    ["a space behind it", `${HEADER} `],
    ["a line break behind it", `${HEADER}\n`],
    ["two of them", `${HEADER},${HEADER}`],
    ["upper case", HEADER.toUpperCase()],
    ["version ff", `ff-${TRACE}-${SPAN}-01`],
    ["more behind version 00", `${HEADER}-more`],
    ["more behind a later version, without a dash", `cc-${TRACE}-${SPAN}-01more`],
    ["no trace", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["no span", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["a short trace", `00-${TRACE.slice(1)}-${SPAN}-01`],
    ["a long trace", `00-0${TRACE}-${SPAN}-01`],
    ["no flags", `00-${TRACE}-${SPAN}`],
    ["flags of one digit", `00-${TRACE}-${SPAN}-1`],
    ["other digits", `00-${TRACE.slice(1)}٠-${SPAN}-01`],
    ["a g", `00-${TRACE.slice(1)}g-${SPAN}-01`],
    ["a version of one digit", `0-${TRACE}-${SPAN}-01-`],
    ["a megabyte", `00-${TRACE}-${SPAN}-01${"0".repeat(1_000_000)}`],
  ])("%s is none", (_what, text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  test("whatever text comes, what is read can be written, and nothing is thrown", () => {
    let read = 0;
    const near = fc
      .tuple(fc.nat({ max: 60 }), fc.string({ maxLength: 2 }))
      .map(([at, put]) => HEADER.slice(0, at) + put + HEADER.slice(at + put.length));
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 80, unit: "binary" }), near), (text) => {
        const parent = parseTraceparent(text);
        if (parent === null) return;
        read += 1;
        const written = writeTraceparent(parent);
        expect(written.slice(3, 52)).toBe(text.slice(3, 52));
        expect(parseTraceparent(written)).toEqual(parent);
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe("a span of a run", () => {
  test("its trace is the 128 bits of the run's id", () => {
    const entropy = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const run = mintId("run", epochMs(0x0123456789ab), entropy);
    expect(spanContext(run, "run")?.traceId).toBe("0123456789ab0102030405060708090a");
    expect(spanContext("run_7zzzzzzzzzzzzzzzzzzzzzzzzz", "run")?.traceId).toBe("f".repeat(32));
  });

  test("its names are told apart, and no other id has any", () => {
    const run = "run_01m7xcc2g3b93rthtjgbd2xt23";
    const ids = Array.from({ length: 5_000 }, (_, index) => spanContext(run, `attempt a#${index}`)?.spanId);
    expect(new Set(ids).size).toBe(5_000);
    expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id ?? ""))).toBe(true);
    for (const other of ["run_a", "plan_01m7xcc2g3b93rthtjgbd2xt23", "", "run_00000000000000000000000000"])
      expect([other, spanContext(other, "run")]).toEqual([other, null]);
  });
});
