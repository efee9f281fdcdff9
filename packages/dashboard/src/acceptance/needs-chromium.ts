import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of the distribution; null where there is none. */
export const chromiumPath = PLACES.find((path) => existsSync(path)) ?? null;

/**
 * For `describe.skipIf`: tests that open a browser are left out where there is none, and that is said. With `CI=true` they run, and fail.
 */
export const isWithoutChromium = chromiumPath === null && process.env["CI"] !== "true";

if (isWithoutChromium)
  process.stderr.write("Chromium is missing, so tests in a browser do not run here: apt-get install -y chromium\n");
