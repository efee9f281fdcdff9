import { describe, expect, test } from "vitest";

import { screenFor } from "./screen.ts";

const place = (environment: Record<string, string>, columns = 120, isTerminal = true) =>
  screenFor({ isTerminal, columns, rows: 40, environment });

describe("what a place can show", () => {
  test("a terminal has colour and blocks", () => {
    expect(place({ TERM: "xterm", LANG: "en_US.UTF-8" })).toMatchObject({
      colours: "ansi16",
      form: "block",
      glyphs: "unicode",
    });
  });

  test("NO_COLOR, TERM=dumb and no terminal switch colour off", () => {
    expect(place({ NO_COLOR: "1" }).colours).toBe("none");
    expect(place({ NO_COLOR: "" }).colours).toBe("ansi16");
    expect(place({ TERM: "dumb" })).toMatchObject({ colours: "none", form: "lines" });
    expect(place({}, 120, false)).toMatchObject({ colours: "none", form: "lines" });
  });

  test("the width is at most 80, on wider screens too", () => {
    expect([300, 80, 50, 1].map((columns) => place({}, columns).columns)).toEqual([80, 80, 50, 20]);
    expect(screenFor({ isTerminal: false, columns: undefined, rows: undefined, environment: {} }).columns).toBe(80);
  });

  test("glyphs are ASCII where a locale is set and is not UTF-8", () => {
    expect(place({ LANG: "C" }).glyphs).toBe("ascii");
    expect(place({ LC_ALL: "de_DE.ISO-8859-1", LANG: "de_DE.UTF-8" }).glyphs).toBe("ascii");
    expect(place({ LC_ALL: "", LC_CTYPE: "C.utf8" }).glyphs).toBe("unicode");
    expect(place({}).glyphs).toBe("unicode");
  });
});
