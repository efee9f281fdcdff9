/**
 * Draws `docs/images/dashboard-*.png`: the real pages, served by the built bundle over a workspace in which something
 * happened. Run it by hand when the pages have changed: `node scripts/dashboard-images.ts`.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { furnish } from "../packages/dashboard/src/acceptance/furnished.ts";
import { closeBrowser, logIn, open } from "../packages/dashboard/src/acceptance/opened.ts";
import { bundle } from "./bundle.ts";
import { conclude } from "./report.ts";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "docs/images");
const LIMIT_BYTES = 200_000;
/** Until plots and pictures of plans rest. */
const REST_MS = 1_500;

await bundle(root);
mkdirSync(folder, { recursive: true });
const { served, review, request } = await furnish();
const large: string[] = [];
try {
  await using opened = await open({ url: served.url, width: 1280, height: 780 });
  const { page } = opened;
  await logIn(page, served);
  const shots = [
    ["runs", "/runs", ["light"]],
    ["run", `/runs/${review}`, ["light", "dark"]],
    ["approvals", `/approvals/${request}`, ["light", "dark"]],
    ["audit", "/audit?entry=11", ["light"]],
    ["metrics", "/metrics?range=24h", ["light"]],
  ] as const;
  for (const [name, path, themes] of shots) {
    await page.goto(`${served.url}${path}`);
    await page.waitForTimeout(REST_MS);
    if (name === "audit") {
      await page.keyboard.press("v");
      await page.getByText("Intact.").waitFor();
    }
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(REST_MS / 3);
      const file = join(folder, `dashboard-${name}-${theme}.png`);
      rmSync(file, { force: true });
      writeFileSync(file, await page.screenshot({ animations: "disabled" }));
      if (statSync(file).size > LIMIT_BYTES) large.push(`${file} is ${statSync(file).size} bytes`);
    }
    await page.emulateMedia({ colorScheme: "light" });
  }
} finally {
  await closeBrowser();
  await served[Symbol.asyncDispose]();
}
conclude(large, `the pictures lie in ${folder}`);
