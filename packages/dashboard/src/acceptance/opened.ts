import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { chromiumPath } from "./needs-chromium.ts";

/** A page, and everything on it that must never happen. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, refusals of the content security policy, dialogs, requests to other origins. */
  readonly wrong: string[];
}

export interface Wish {
  readonly url: string;
  readonly colours?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

let browser: Promise<Browser> | null = null;

/** One browser a test file; a root's has no sandbox of its own. */
function shared(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: chromiumPath ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

export async function open({ url, colours = "light", width = 1440, height = 900 }: Wish): Promise<Opened> {
  const context = await (
    await shared()
  ).newContext({ viewport: { width, height }, colorScheme: colours, reducedMotion: "reduce" });
  const wrong: string[] = [];
  const { origin } = new URL(url);
  await context.route("**/*", async (route) => {
    const asked = route.request().url();
    if (new URL(asked).origin === origin) await route.continue();
    else {
      wrong.push(`asked for ${asked}`);
      await route.abort();
    }
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) wrong.push(`policy: ${message.text()}`);
  });
  return { page, context, wrong, [Symbol.asyncDispose]: () => context.close() };
}

/** Opens the pages as the person who read the code from the terminal. */
export async function logIn(page: Page, served: { readonly url: string; readonly code: string }): Promise<void> {
  await page.goto(`${served.url}/login#code=${served.code}`);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}
