import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isWithoutChromium } from "./needs-chromium.ts";
import { closeBrowser, logIn, open, type Opened } from "./opened.ts";
import { deletes, Served, writes } from "./served.ts";

const GOAL = "Find new docs from the last 24 hours and summarize them";

describe.skipIf(isWithoutChromium)("a person at the dashboard", () => {
  let served: Served;
  let opened: Opened;

  beforeAll(async () => {
    served = new Served();
    await served.writ("init", "--json");
    writeFileSync(join(served.root, "release.md"), "# Release 2.4\n\nThe release moves to Tuesday.\n");
    await served.start();
    opened = await open(served);
  }, 60_000);

  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
    await closeBrowser();
  });

  test("logs in by the printed code, which leaves the address at once", async () => {
    const { page } = opened;
    await logIn(page, served);
    expect(page.url()).not.toContain("code");
    await page.getByRole("heading", { level: 1, name: /Say what you want done/ }).waitFor();
  });

  test("plans a goal, sees the gate, approves exactly what is shown, and watches it finish", async () => {
    const { page } = opened;
    await page.getByRole("textbox", { name: "What you want done" }).fill(GOAL);
    await page.getByRole("button", { name: /Plan and run/ }).click();
    await page.getByText("write_brief waits for you.").waitFor();
    await page.getByRole("link", { name: /Review/ }).click();
    await page.getByRole("heading", { level: 2, name: /Create briefs/ }).waitFor();
    await page
      .getByRole("region", { name: "The change, line by line" })
      .getByText("The release moves to Tuesday")
      .first()
      .waitFor();
    const shown = await served.api<{ binding_hash: string }>("GET", new URL(page.url()).pathname);
    const sent = page.waitForRequest((request) => request.url().endsWith("/approve"));
    await page.waitForTimeout(700);
    await page.getByRole("button", { name: /^Approve/ }).click();
    expect((await sent).postDataJSON()).toEqual({ binding_hash: shown.binding_hash });
    await page.getByText("Approved", { exact: false }).first().waitFor();
    await page.getByRole("link", { name: GOAL }).click();
    await page.locator(".top .state").filter({ hasText: "Completed" }).waitFor();
    expect(readdirSync(join(served.root, "briefs")).length).toBe(1);
  });

  test("denies with a reason: nothing is written, and the record has the reason", async () => {
    const { page } = opened;
    const run = await served.asks(writes("denied.md", "no\n"));
    await page.goto(`${served.url}/approvals`);
    await page.getByRole("heading", { level: 2, name: "Create denied.md" }).waitFor();
    await page.waitForTimeout(700);
    await page.keyboard.press("d");
    await page.getByRole("button", { name: "Wrong target" }).click();
    await page.getByRole("button", { name: "Deny", exact: true }).click();
    await page.getByText("Nothing was changed.").waitFor();
    expect(existsSync(join(served.root, "denied.md"))).toBe(false);
    const { items } = await served.api<{ items: { reason: string }[] }>("GET", `/approvals?task=${run}&state=denied`);
    expect(items.map(({ reason }) => reason)).toEqual(["Wrong target"]);
  });

  test("cannot approve what moved: it is marked, approving is off, and asking again shows what is there now", async () => {
    const { page } = opened;
    writeFileSync(join(served.root, "moving.md"), "keep: 365\n");
    const run = await served.asks(writes("moving.md", "keep: 90\n"));
    await page.goto(`${served.url}/approvals`);
    await page.getByRole("heading", { level: 2, name: "Overwrite moving.md" }).waitFor();
    expect(await page.getByRole("button", { name: /^Approve/ }).isEnabled()).toBe(true);
    writeFileSync(join(served.root, "moving.md"), "keep: 400\n");
    await page.reload();
    await page.getByText("after this was frozen.").waitFor();
    await page.getByText("live file now: keep: 400").waitFor();
    await page.getByText("Moved since asked").waitFor();
    expect(await page.getByRole("button", { name: /^Approve/ }).isEnabled()).toBe(false);
    await page.waitForTimeout(700);
    await page.getByRole("button", { name: /Ask again/ }).click();
    await page.getByText("after this was frozen.").waitFor({ state: "hidden" });
    await page.getByRole("region", { name: "The change, line by line" }).getByText("keep: 400").waitFor();
    await page.waitForTimeout(700);
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByText("Approved", { exact: false }).first().waitFor();
    await waitUntil(async () => (await served.api<{ status: string }>("GET", `/tasks/${run}`)).status === "completed");
    expect(readFileSync(join(served.root, "moving.md"), "utf8")).toBe("keep: 90\n");
  });

  test("types the name before what cannot be undone, by keyboard alone", async () => {
    const { page } = opened;
    writeFileSync(join(served.root, "old.md"), "old\n");
    const run = await served.asks(deletes("old.md"));
    await page.goto(`${served.url}/approvals`);
    await page.getByRole("heading", { level: 2, name: /Delete old.md/ }).waitFor();
    const request = await served.api<{ confirmation: string; approval_id: string }>(
      "GET",
      `/approvals/${await onlyWaiting(run)}`,
    );
    await page.waitForTimeout(700);
    await page.keyboard.press("a");
    await page.keyboard.type("something else");
    const decide = page.locator("#approve-named");
    expect(await decide.isEnabled()).toBe(false);
    await page.keyboard.press("Control+a");
    await page.keyboard.type(request.confirmation);
    expect(await decide.isEnabled()).toBe(true);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("approve-named");
    expect(existsSync(join(served.root, "old.md"))).toBe(true);
    await page.keyboard.press("Enter");
    await waitUntil(async () => !existsSync(join(served.root, "old.md")));
  });

  test("decides nothing with a key that was meant for the request before", async () => {
    const { page } = opened;
    const first = await served.asks(writes("first.md", "1\n"));
    const second = await served.asks(writes("second.md", "2\n"));
    await page.goto(`${served.url}/approvals`);
    await page.getByRole("heading", { level: 2, name: "Create first.md" }).waitFor();
    await page.waitForTimeout(700);
    await page.locator("#approve").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name: "Create second.md" }).waitFor();
    await page.locator("#approve").click();
    expect(await page.locator("#request-title").isVisible()).toBe(true);
    await waitUntil(async () => existsSync(join(served.root, "first.md")));
    expect((await served.api<{ status: string }>("GET", `/tasks/${second}`)).status).toBe("awaiting_gate");
    expect((await served.api<{ status: string }>("GET", `/tasks/${first}`)).status).toBe("completed");
    await served.api("POST", `/tasks/${second}/cancel`, {});
  });

  test("goes on where it was when the server was killed and is there again", async () => {
    const { page } = opened;
    const other = await onlyWaiting(await served.asks(writes("other.md", "other\n")));
    const run = await served.asks(writes("after.md", "after\n"));
    const approval = await onlyWaiting(run);
    await page.goto(`${served.url}/approvals/${approval}`);
    const approve = page.getByRole("button", { name: /^Approve/ });
    await approve.waitFor();
    await page.getByText(/^Live · position/).waitFor();
    await page.getByRole("option", { name: /Create other.md/ }).waitFor();
    const { port } = served;
    await served.kill();
    await page.getByText(/Connection lost/).waitFor();
    expect(await approve.isEnabled()).toBe(false);
    // Somebody goes on at the terminal meanwhile: what happens there is what the page has missed.
    await served.writ("approvals", "deny", other, "--reason", "meanwhile");
    await served.start(port);
    await page.getByText(/^Live · position/).waitFor();
    await page.getByRole("option", { name: /Create other.md/ }).waitFor({ state: "hidden" });
    await waitUntil(() => approve.isEnabled());
    await approve.click();
    await page.getByText("Approved", { exact: false }).first().waitFor();
    await waitUntil(async () => existsSync(join(served.root, "after.md")));
  });

  test("nothing of all that broke a script, a policy or the page's own origin", () => {
    expect(opened.wrong).toEqual([]);
  });

  async function onlyWaiting(run: string): Promise<string> {
    let found: string | undefined;
    await waitUntil(async () => {
      const { items } = await served.api<{ items: { approval_id: string }[] }>("GET", `/approvals?task=${run}`);
      found = items[0]?.approval_id;
      return found !== undefined;
    });
    return found ?? "";
  }
});

/** @throws Error after ten seconds */
async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("it did not become so in ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
