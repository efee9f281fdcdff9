import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { requestOf } from "./furnished.ts";
import { HOSTILE_TEXTS } from "./hostile-texts.ts";
import { isWithoutChromium } from "./needs-chromium.ts";
import { closeBrowser, logIn, open } from "./opened.ts";
import { Served, sketch, writes } from "./served.ts";

/** Runs that carry the payloads, each many of them: what counts is that each is drawn. */
const IN_GOALS = HOSTILE_TEXTS.filter((_, index) => index % 6 === 0);

/** A file with a NUL in it is no text, and is not drawn line by line. */
const IN_FILE = HOSTILE_TEXTS.filter((text) => !text.includes("\0"));

describe.skipIf(isWithoutChromium)("text of people, files, tools and models stays text", () => {
  let served: Served;
  let written = "";
  let searched = "";

  beforeAll(async () => {
    served = new Served();
    await served.writ("init", "--json");
    // Names of files are shown, too; what a file system takes of them.
    mkdirSync(join(served.root, "notes"));
    for (const [index, text] of HOSTILE_TEXTS.entries())
      if (index % 9 === 0) {
        const name = text.replaceAll(/[\0/\n\r]/g, "").slice(0, 80);
        writeFileSync(join(served.root, "notes", `${name}.md`), `# hostile note\n\n${text}\n`);
      }
    await served.start();
    written = await served.asks(
      writes("all.md", IN_FILE.map((text) => `${text}\n`).join(""), HOSTILE_TEXTS.slice(0, 40).join("\n")),
    );
    searched = await served
      .asks(
        sketch(
          [
            { id: "search", tool: "docs.search_docs", params: { query: "hostile note", limit: 50 } },
            {
              id: "digest",
              tool: "llm.generate",
              params: { task: "summary" },
              param_bindings: { "/documents": "search./hits" },
              depends_on: ["search"],
            },
          ],
          HOSTILE_TEXTS[7],
        ),
      )
      .catch(() =>
        served.asks(
          sketch([{ id: "search", tool: "docs.search_docs", params: { query: "hostile note" } }], HOSTILE_TEXTS[7]),
        ),
      );
    for (const text of IN_GOALS)
      await served.api("POST", "/tasks", {
        goal: text,
        plan: sketch([{ id: "look", tool: "files.list", params: {} }]).document,
      });
    const denied = await served.asks(writes("denied.md", "x\n", HOSTILE_TEXTS[3]));
    await served.api("POST", `/approvals/${await requestOf(served, denied)}/deny`, {
      reason: HOSTILE_TEXTS.slice(40, 80).join(" ").slice(0, 4_000),
    });
  }, 60_000);

  afterAll(async () => {
    await closeBrowser();
    await served?.[Symbol.asyncDispose]();
  });

  test(`of ${HOSTILE_TEXTS.length} payloads none runs and none reaches another origin, wherever it is shown`, async () => {
    expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(200);
    await using opened = await open({ url: served.url });
    const { page, wrong } = opened;
    await logIn(page, served);
    const { items } = await served.api<{ items: { approval_id: string }[] }>("GET", `/approvals?task=${written}`);
    const approval = items[0]?.approval_id ?? "";
    const places: readonly (readonly [string, string])[] = [
      ["/runs", "not begun"],
      ["/runs?q=%3Cscript", "Runs"],
      [`/runs/${written}`, "write_note"],
      [`/runs/${written}?tab=source`, "Plan document"],
      [`/runs/${written}?tab=journal`, "approval_requested"],
      [`/runs/${searched}?step=search`, "search"],
      [`/runs/${searched}?tab=source`, "Plan document"],
      [`/runs/${searched}?tab=evidence`, "Verdicts"],
      [`/approvals/${approval}`, "What you approve, exactly"],
      [`/approvals/${approval}?view=unified`, "What you approve, exactly"],
      ["/approvals?show=decided", "Denied"],
      ["/replay", "Choose a run"],
      ["/audit?entry=2", "Proven"],
      [`/login?to=${encodeURIComponent("javascript:window.__hit=1")}`, "Log in to Writ"],
    ];
    for (const [path, sign] of places) {
      await page.goto(`${served.url}${path}`, { waitUntil: "domcontentloaded" });
      await page.getByText(sign).first().waitFor();
      expect([path, await page.evaluate("window.__hit ?? null")]).toEqual([path, null]);
    }
    // The premise: they were drawn, as text, every one.
    await page.goto(`${served.url}/approvals/${approval}`);
    const diff = page.getByRole("region", { name: "The change, line by line" });
    await diff.getByText("window.__hit=1").first().waitFor();
    const text = (await diff.textContent()) ?? "";
    const visible = IN_FILE.flatMap((each) => each.split("\n")).filter(
      (line) => /^[ -~]+$/.test(line) && !line.endsWith(" "),
    );
    const missing = visible.filter((line) => !text.includes(line));
    expect(missing).toEqual([]);
    expect(visible.length).toBeGreaterThan(200);
    expect(text).toContain("U+202E");
    await page.keyboard.press("Tab");
    expect(
      await page.evaluate(
        "document.querySelectorAll('main script, main iframe, main object, main embed, main form[action], main img').length",
      ),
    ).toBe(0);
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('a')].filter((link) => new URL(link.href).origin !== location.origin).length",
      ),
    ).toBe(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("what is inlined by somebody else's hand is refused by the page's policy", async () => {
    await using opened = await open({ url: served.url });
    const { page, wrong } = opened;
    await page.goto(`${served.url}/login`);
    await page.evaluate(
      "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.__hit=1\"><style>body{color:red}</style>')",
    );
    await page.waitForTimeout(300);
    expect(await page.evaluate("window.__hit ?? null")).toBe(null);
    expect(wrong.some((each) => each.startsWith("policy:"))).toBe(true);
  });
});
