import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { furnish, type Furnished } from "./furnished.ts";
import { isWithoutChromium } from "./needs-chromium.ts";
import { closeBrowser, logIn, open } from "./opened.ts";

/** Each screen, and what is on it once it is there. */
const SCREENS = [
  ["/runs", "Waiting for you"],
  ["/runs?new=yes", "Plan and run"],
  ["/runs?q=nothing-like-this", "No runs match."],
  ["RUN", "search_docs"],
  ["RUN?view=list", "search_docs"],
  ["RUN?view=map", "search_docs"],
  ["RUN?tab=journal", "plan_verified"],
  ["RUN?tab=record", "DECIDED"],
  ["RUN?tab=budget", "Steps left"],
  ["RUN?tab=evidence", "accept"],
  ["RUN?tab=artifacts", "briefs/"],
  ["RUN?tab=source", "Plan document"],
  ["WAITING", "waits for you."],
  ["FAILED", 'It failed: "ledger.md": there is no such file'],
  ["/approvals", "What you approve, exactly"],
  ["/approvals?show=decided", "Denied"],
  ["/audit?entry=3", "Proven"],
  ["/replay", "Find new docs"],
  ["REPLAY", "The same."],
  ["REPLAY?against=autonomous", "First difference"],
  ["/tools", "docs.write_doc"],
  ["/tools/docs.write_doc", "What it takes"],
  ["/metrics?range=24h", "Runs by state"],
  ["/reference?tag=approvals", "/approvals/{id}/approve"],
] as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

describe.skipIf(isWithoutChromium)("every screen", () => {
  let furnished: Furnished;

  beforeAll(async () => {
    furnished = await furnish();
  }, 60_000);

  afterAll(async () => {
    await closeBrowser();
    await furnished?.served[Symbol.asyncDispose]();
  });

  test("has no violation that an accessibility library finds, in either theme", async () => {
    const { served, completed, failed, waiting } = furnished;
    await using opened = await open({ url: served.url });
    const { page, wrong } = opened;
    await logIn(page, served);
    const found: string[] = [];
    for (const [name, sign] of SCREENS) {
      const path = name
        .replace("REPLAY", `/replay/${completed}`)
        .replace("RUN", `/runs/${completed}`)
        .replace("WAITING", `/runs/${waiting}`)
        .replace("FAILED", `/runs/${failed}`);
      await page.goto(`${served.url}${path}`, { waitUntil: "domcontentloaded" });
      await page.getByText(sign).first().waitFor();
      found.push(...(await violationsOf(page)).map((each) => `${path}: ${each}`));
    }
    await page.goto(`${served.url}/runs`);
    await page.getByText("Waiting for you").first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    found.push(...(await violationsOf(page)).map((each) => `keys: ${each}`));
    expect(found).toEqual([]);
    expect(wrong).toEqual([]);
  }, 120_000);

  test("the login page and an empty workspace have none either", async () => {
    const { served } = furnished;
    await using opened = await open({ url: served.url });
    await opened.page.goto(`${served.url}/login`);
    await opened.page.getByRole("heading", { name: "Log in to Writ" }).waitFor();
    expect(await violationsOf(opened.page)).toEqual([]);
  });
});

/** All rules in light; in dark, where nothing but colours differs, those about colours. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  // By the debugger's own way, which the page's policy does not concern.
  await page.evaluate(axe.source);
  const light = await page.evaluate<readonly Violation[]>(run("resultTypes: ['violations']"));
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await page.evaluate<readonly Violation[]>(run("runOnly: ['color-contrast', 'link-in-text-block']"));
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark].flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
  );
}

function run(options: string): string {
  return `axe.run(document, { ${options} }).then((result) => result.violations)`;
}
