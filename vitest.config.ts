import { defineConfig } from "vitest/config";

const PROJECT = {
  environment: "node",
  // Processes, not threads: tests change directory, signal themselves and open databases.
  pool: "forks",
  restoreMocks: true,
} as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ["./scripts/bundle-before-tests.ts"],
    projects: [
      {
        test: {
          ...PROJECT,
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
          // A file leaves the process as it found it; loading everything anew for each is a third of the time.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...PROJECT,
          name: "sim",
          include: ["packages/*/src/**/*.sim.ts"],
          testTimeout: process.env["WRIT_LONG"] === "1" ? 6 * 3_600_000 : 240_000,
        },
      },
    ],
  },
});
