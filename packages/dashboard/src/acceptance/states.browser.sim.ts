import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { requestOf } from "./furnished.ts";
import { isWithoutChromium } from "./needs-chromium.ts";
import { closeBrowser, logIn, open } from "./opened.ts";
import { Served, writes } from "./served.ts";

const RUNS = 10_000;

describe.skipIf(isWithoutChromium)("what is rare is designed, too", () => {
  let served: Served;
  let run = "";
  let request = "";

  beforeAll(async () => {
    served = new Served();
    await served.writ("init", "--json");
    await served.start();
    run = await served.asks(writes("note.md", "text\n", "Write a note"));
    request = await requestOf(served, run);
  }, 60_000);

  afterAll(async () => {
    await closeBrowser();
    await served?.[Symbol.asyncDispose]();
  });

  test("who may only look sees everything and no button that would be refused; signed out, the address is kept", async () => {
    await using opened = await open({ url: served.url });
    const { page, wrong } = opened;
    const { token, id } = JSON.parse(await served.writ("token", "create", "--role", "viewer", "--json")) as {
      token: string;
      id: string;
    };
    await page.goto(`${served.url}/approvals/${request}?view=unified`);
    await page.getByRole("heading", { name: "Log in to Writ" }).waitFor();
    await page.getByPlaceholder("Code or token").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("You can look. Approving needs the role approver.").waitFor();
    expect(new URL(page.url()).search).toBe("?view=unified");
    expect(await page.getByRole("button", { name: /^(?:Approve|Deny)/ }).count()).toBe(0);
    await page.goto(`${served.url}/runs`);
    await page.getByText("Waiting for approval").first().waitFor();
    expect(await page.getByRole("button", { name: /New run/ }).count()).toBe(0);
    await page.goto(`${served.url}/tools?q=docs`);
    await page.getByText(/^Live · position/).waitFor();
    await served.writ("token", "revoke", id, "--json");
    const { port } = served;
    await served.kill("SIGTERM");
    await served.start(port);
    // Nobody touches the page: the stream alone finds out.
    await page.getByRole("heading", { name: "Log in to Writ" }).waitFor();
    expect(new URL(page.url()).searchParams.get("to")).toBe("/tools?q=docs");
    expect(wrong).toEqual([]);
  }, 30_000);

  test(`of ${RUNS} runs those in view are drawn, page by page, and a gap in the stream is told`, async () => {
    await using opened = await open({ url: served.url });
    const { page, wrong } = opened;
    const { items } = await served.api<{ items: Record<string, unknown>[] }>("GET", "/tasks");
    const planned = { ...items[0], status: "planned", needs_you: false, approvals: [] };
    const asked: number[] = [];
    await page.route("**/tasks?*", async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const isRest = query.get("needs_you") === "false" && query.getAll("state").length > 1;
      const from = Number(query.get("cursor") ?? 0);
      if (isRest) asked.push(from);
      const page100 = Array.from({ length: isRest ? 100 : 0 }, (_, index) => {
        const id = `run_0${String(from + index).padStart(25, "0")}`;
        return { ...planned, id, run_id: id, goal: `Goal number ${from + index}` };
      });
      const next = isRest && from + 100 < RUNS ? String(from + 100) : null;
      await route.fulfill({ json: { items: page100, next_cursor: next, counts: { planned: RUNS } } });
    });
    await page.route("**/events?*", (route) =>
      route.fulfill({ contentType: "text/event-stream", body: 'event: gap\ndata: {"from":100,"to":1303}\n\n' }),
    );
    await logIn(page, served);
    await page.getByText("Goal number 3", { exact: true }).waitFor();
    expect(await page.locator("table.runs").getAttribute("aria-rowcount")).toBe(String(RUNS + 1));
    await page.getByText("1,204 facts arrived while you were away").waitFor();
    for (let seen = 0; seen < 12; seen += 1) {
      await page.evaluate("document.querySelector('.tablewrap').scrollTop = 1e9");
      await page.waitForTimeout(120);
    }
    expect(await page.locator("table.runs tbody tr").count()).toBeLessThan(80);
    expect(Math.max(...asked)).toBeGreaterThanOrEqual(500);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a problem names itself, what to do next and its page, and the rest of the page works on", async () => {
    await using opened = await open({ url: served.url });
    const { page } = opened;
    const { token } = JSON.parse(await served.writ("token", "create", "--role", "admin", "--json")) as {
      token: string;
    };
    await page.goto(`${served.url}/login`);
    await page.getByPlaceholder("Code or token").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await page.goto(`${served.url}/runs/run_00000000000000000000000000`);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("link", { name: "run_not_found" }).getAttribute("href")).toBe("/errors/run_not_found");
    await page.getByRole("link", { name: /Runs/ }).first().click();
    await page.getByText("Write a note").waitFor();
    await page.keyboard.press("n");
    await page.getByRole("dialog", { name: "New run" }).getByRole("textbox").fill("book me a flight to the moon");
    await page.getByRole("button", { name: "Plan only" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    expect(await page.getByRole("dialog").getByRole("link", { name: "no_planner" }).count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }, 30_000);
});
