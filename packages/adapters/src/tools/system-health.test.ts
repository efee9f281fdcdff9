import { spawn } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";

import { isJsonArray, isJsonObject, type JsonObject } from "@writ/core";
import { toolRules } from "@writ/runtime";
import { toolBench } from "@writ/testkit/build/tool-bench";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import { systemClock } from "../system/clock.ts";
import { readProcesses } from "../system/process-use.ts";
import { nodeHasher } from "../system/sha256.ts";
import { systemHealth } from "./system-health.ts";

const tool = systemHealth(systemClock);

async function look(args: JsonObject = {}, signal = new AbortController().signal): Promise<JsonObject> {
  await using bench = await toolBench(null);
  const { output } = await tool.run(args, bench.call({ signal }));
  expect(toolRules(nodeHasher, [tool]).get("system.health")?.checkOutput(output)).toEqual([]);
  return isJsonObject(output) ? output : {};
}

describe("system.health", () => {
  test("tells processor, memory, disk and load of this machine", async () => {
    const health = await look();
    expect(health).toMatchObject({
      summary: expect.stringMatching(
        /^Processor [0-9.]+ % busy on \d+ cores, memory [0-9.]+ % and disk [0-9.]+ % used: /,
      ) as unknown,
      cpu: { cores: availableParallelism() },
      memory: { total_mb: Math.floor(totalmem() / 1_048_576) },
      missing: [],
    });
    for (const part of ["memory", "disk"]) {
      const {
        total_mb: total,
        available_mb: available,
        used_percent: used,
      } = isJsonObject(health[part]) ? health[part] : {};
      expect(Number(available)).toBeLessThanOrEqual(Number(total));
      expect(Math.abs(Number(used) - 100 * (1 - Number(available) / Number(total)))).toBeLessThan(1);
    }
  });

  test("names the process that is busy, by its name alone", async () => {
    const child = spawn("/bin/sh", ["-c", "while :; do :; done", "--password=hunter2"], { stdio: "ignore" });
    try {
      const health = await look({ processes: 50 });
      const all = isJsonArray(health["busiest"]) ? health["busiest"] : [];
      const found = all.find((each) => isJsonObject(each) && each["pid"] === child.pid);
      expect(isJsonObject(found) ? found["name"] : null).toBe("sh");
      expect(Number(isJsonObject(found) ? found["cpu_percent"] : 0)).toBeGreaterThan(10);
      expect(JSON.stringify(health)).not.toContain("hunter2");
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("names as many as are asked for", async () => {
    expect((await look({ processes: 0 }))["busiest"]).toEqual([]);
    const two = (await look({ processes: 2 }))["busiest"];
    expect(isJsonArray(two) ? two.length : 0).toBe(2);
  });

  test("stops when it is given up", async () => {
    const abort = new AbortController();
    await using bench = await toolBench(null);
    // Its clock stands still: only giving up can end it.
    const looking = systemHealth(new SteppedClock()).run({}, bench.call({ signal: abort.signal }));
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await expect(looking).rejects.toThrow("enough");
  });

  test("a process's name cannot carry what a terminal would act on", async () => {
    const script = 'open F, ">", "/proc/self/comm"; print F "a\\x1b[31m) R 1"; close F; $| = 1; print "1\\n"; <STDIN>';
    const child = spawn("/usr/bin/perl", ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    expect(readProcesses()?.find(({ pid }) => pid === child.pid)?.name).toBe("a\ufffd[31m) R 1");
    child.kill("SIGKILL");
  });

  test("memory is told in bytes, whatever the size of a page", () => {
    const own = readProcesses()?.find(({ pid }) => pid === process.pid)?.memoryBytes ?? 0;
    const rss = process.memoryUsage.rss();
    expect(own / rss).toBeGreaterThan(0.8);
    expect(own / rss).toBeLessThan(1.25);
  });
});
