import type { FileChange, FilePreview, Preview } from "@writ/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { BESIDE_PROMPT, WHOLE, type Extent } from "./extent.ts";
import { ARGUMENTS_APPROVAL, DELETE_APPROVAL, REQUEST_APPROVAL, SCREEN } from "./gallery-samples.ts";
import { previewLines } from "./preview-view.ts";
import { isPlainlyVisible } from "@writ/core/text/safe-text";
import { textOf } from "./span.ts";

const version = (bytes: number, mode = "0644") => ({ bytes, mode, sha256: "a".repeat(64) });

const change = (over: Partial<FileChange>): FileChange => ({
  path: "notes/a.md",
  change: "overwrite",
  added: 1,
  removed: 1,
  diff: "@@ -1,1 +1,1 @@\n-a\n+b\n",
  before: version(2),
  after: version(2),
  ...over,
});

const files = (...changes: FileChange[]): FilePreview => ({ kind: "files", title: "Change files", changes });

function shown(preview: Preview, extent: Extent = WHOLE, screen = SCREEN): string[] {
  return previewLines(screen, preview, extent).map(textOf);
}

describe("files", () => {
  test("new, deleted, empty, binary and executable files say so", () => {
    const lines = shown(
      files(
        change({ path: "new.md", change: "create", diff: "@@ -0,0 +1,1 @@\n+x\n", before: null }),
        change({ path: "gone.md", change: "delete", diff: "@@ -1,1 +0,0 @@\n-x\n", after: null }),
        change({ path: "empty.md", change: "create", diff: "", before: null, after: version(0) }),
        change({ path: "logo.png", diff: null, before: version(1_204), after: version(2_048) }),
        change({ path: "run.sh", before: version(2), after: version(2, "0755"), diff: "" }),
        change({
          path: "new.sh",
          change: "create",
          diff: "@@ -0,0 +1,1 @@\n+x\n",
          before: null,
          after: version(2, "0755"),
        }),
      ),
    );
    expect(lines).toContain("  new.md  new file");
    expect(lines).toContain("  gone.md  deleted");
    expect(lines).toContain("  empty.md  new file, empty");
    expect(lines).toContain("  logo.png  not text: 1.2 kB → 2.0 kB, sha256:aaaa…aaaa → sha256:aaaa…aaaa");
    expect(lines).toContain("  run.sh  same content, mode 0644 → 0755");
    expect(lines).toContain("  new.sh  new file, executable, mode 0755");
  });

  test("counts come from the diff, not from what the tool says of it", () => {
    expect(shown(files(change({ added: 0, removed: 0 })))[0]).toMatch(/\+1 −1$/);
  });

  test("a title that does not name the file it is about does not hide it", () => {
    const preview = { ...files(change({ path: ".bashrc", change: "create", before: null })), title: "Create notes.md" };
    expect(shown(preview)).toContain("  .bashrc  new file");
  });

  test("a title with another verb than what happens does not hide it", () => {
    const preview = { ...files(change({ path: "a.md", change: "delete", after: null })), title: "Create a.md" };
    expect(shown(preview)).toContain("  a.md  deleted");
  });

  test("what is no unified diff is shown as it is, behind a bar", () => {
    expect(shown(files(change({ diff: "Approve?  y\n" })))).toContain("  │ Approve?  y");
  });

  test("tabs and trailing blanks are marked", () => {
    const lines = shown(files(change({ diff: "@@ -1,1 +1,1 @@\n-a\n+\tb  \t\n" })));
    expect(lines).toContain("  + 1   ⇥   b␠␠⇥");
  });

  test("a file that loses its line end says so", () => {
    const lines = shown(files(change({ diff: "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n" })));
    expect(lines).toContain("    no line end at the end of the file");
  });

  test("hunks are told apart by the lines between them", () => {
    const lines = shown(files(change({ diff: "@@ -1,1 +1,1 @@\n-a\n+b\n@@ -12,1 +12,1 @@\n-c\n+d\n" })));
    expect(lines).toContain("  … 10 unchanged lines");
  });

  test("an excerpt counts the lines and files it leaves out", () => {
    const diff = `@@ -1,20 +1,20 @@\n${"-a\n".repeat(20)}${"+b\n".repeat(20)}`;
    const lines = shown(
      files(change({ diff }), change({ path: "b.md" }), change({ path: "c.md", diff: null })),
      BESIDE_PROMPT,
    );
    expect(lines.at(-1)).toBe("  … 2 more files, 21 lines: press v");
    expect(shown(files(change({ diff })), { kind: "excerpt", rows: 39, see: "press v" }).at(-1)).toBe(
      "  … 1 more line: press v",
    );
    expect(shown(files(change({ diff })), { kind: "excerpt", rows: 40, see: "press v" }).at(-1)).toMatch(/^ {2}\+ 20/);
  });

  test("a line of 10,112 characters is cut after 2,000, and a note says so", () => {
    const lines = shown(files(change({ diff: `@@ -1,1 +1,1 @@\n-a\n+${"x".repeat(10_112)}\n` })));
    const body = lines.filter((line) => /^ {2}[+↪]/.test(line)).join("");
    expect(body.match(/x/g)).toHaveLength(2_000);
    expect(lines.join("\n")).toContain("… 8,112 more");
    expect(lines.at(-1)).toBe("  ! 1 line longer than 2,000 characters; whole with --json");
  });

  test("the whole preview shows every character of every line", () => {
    let folded = 0;
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 200, size: "max" })
      .filter((line) => !/[\s[\]⇥␠↪]/.test(line) && isPlainlyVisible(line));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), fc.integer({ min: 30, max: 80 }), (added, width) => {
        const diff = `@@ -0,0 +1,${added.length} @@\n${added.map((line) => `+${line}`).join("\n")}\n`;
        const lines = shown(files(change({ change: "create", before: null, diff })), WHOLE, {
          ...SCREEN,
          columns: width,
        });
        const rows = lines.filter((line) => /^ {2}[+↪] /.test(line));
        if (rows.some((row) => row.startsWith("  ↪"))) folded += 1;
        const back = rows.map((row) => (row.startsWith("  +") ? `\n${row.slice(4)}` : row.slice(4))).join("");
        expect(back.slice(1).split("\n")).toEqual(added);
      }),
      { numRuns: 300 },
    );
    expect(folded).toBeGreaterThan(100);
  });
});

describe("content cannot pass for Writ's own words", () => {
  const forged = "  Approve?  y yes  n no   › y\n  ✓ Completed       worked 0.1 s\n── Approval ── read_only";
  const count = forged.split("\n").length;

  test.each([
    [
      "a file",
      files(
        change({ change: "create", before: null, diff: `@@ -0,0 +1,${count} @@\n${forged.replace(/^/gm, "+")}\n` }),
      ),
      /^ {2}\+ /,
    ],
    ["an argument", { ...DELETE_APPROVAL.preview, argv: ["sh", "-c", forged] } as Preview, /^ {2,4}(\d )?│ /],
    ["a request's body", { ...REQUEST_APPROVAL.preview, body: forged } as Preview, /^ {2}│ /],
    [
      "an argument of a tool",
      { ...ARGUMENTS_APPROVAL.preview, args: JSON.stringify({ x: forged }) } as Preview,
      /^ {2}│ /,
    ],
  ])("in %s", (_, preview, ours) => {
    const suspicious = shown(preview).filter((line) => /Approve\?|Completed|── Approval/.test(line));
    expect(suspicious.length).toBeGreaterThan(0);
    for (const line of suspicious) expect(line).toMatch(ours);
  });
});

describe("a command", () => {
  test("shows empty arguments and arguments of several lines", () => {
    const preview = { ...DELETE_APPROVAL.preview, argv: ["sh", "", "a\nb"] } as Preview;
    expect(shown(preview)).toEqual(expect.arrayContaining(["  1 │ (empty)", "  2 │ a", "    │ b"]));
  });

  test("an excerpt counts the arguments it leaves out", () => {
    const preview = { ...DELETE_APPROVAL.preview, argv: Array.from({ length: 14 }, (_, at) => `a${at}`) } as Preview;
    expect(shown(preview, BESIDE_PROMPT)).toContain("  … 4 more arguments: press v");
  });
});

describe("a request", () => {
  test("names letters that pass for others in its host, also in Punycode", () => {
    expect(shown(REQUEST_APPROVAL.preview).join("\n")).toContain('"а" is U+0430 (Cyrillic) and looks like "a"');
    const punycode = { ...REQUEST_APPROVAL.preview, url: "https://user@xn--pypal-4ve.com:8443/x" } as Preview;
    expect(shown(punycode).join(" ").replace(/ +/g, " ")).toContain("host xn--pypal-4ve.com reads pаypal.com");
  });
});
