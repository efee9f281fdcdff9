import { describe, expect, test } from "vitest";
import type { CommandPreview, Preview } from "../tool/preview.ts";
import { previewNames, unseenIn } from "./preview-texts.ts";
import { LINE_CAP } from "./safe-text.ts";

const HIDDEN = "\u202e";
const command: CommandPreview = {
  kind: "command",
  title: "Runs a program",
  program: "\u0440ython",
  argv: ["-c", "1"],
  directory: "/",
  environment: ["A=1"],
  writes: "nothing",
  sandbox: "bubblewrap",
  network: "none",
  limits: {},
};

describe("what looking at a preview does not show", () => {
  test("a hidden character is counted wherever it stands, a tab and a line's end are not", () => {
    for (const name of ["title", "program", "directory", "writes", "argv", "environment"] as const) {
      const spoilt = { ...command, [name]: Array.isArray(command[name]) ? [HIDDEN] : `a\t\n${HIDDEN}` };
      expect({ name, ...unseenIn(spoilt) }).toMatchObject({ hidden: 1, kinds: [expect.stringContaining("202E")] });
    }
  });

  test("a line that is cut is counted, one that just fits is not", () => {
    expect(unseenIn({ ...command, title: "x".repeat(LINE_CAP) }).long).toBe(0);
    expect(unseenIn({ ...command, title: `${"x".repeat(LINE_CAP + 1)}\nshort` }).long).toBe(1);
  });
});

describe("names whose letters matter", () => {
  test("a command has its program and its arguments", () => {
    expect(previewNames(command)).toEqual([
      ["program", "\u0440ython"],
      ["argument", "-c"],
      ["argument", "1"],
    ]);
  });

  test.each([
    ["https://p\u0430ypal.com/a", "p\u0430ypal.com"],
    ["https://user@host.example:8443/a@b?c", "host.example"],
    ["https://xn--pypal-4ve.com", "xn--pypal-4ve.com"],
  ])("the host of %s is %s, as it is written", (url, host) => {
    const request: Preview = { kind: "request", title: "", method: "GET", url, headers: {}, body: null, rule: "" };
    expect(previewNames(request)).toEqual([["host", host]]);
  });
});
