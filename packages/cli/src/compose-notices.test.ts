import { describe, expect, test } from "vitest";

import { Workspace } from "./acceptance/workspace.ts";
import { takingNotices } from "./compose-notices.ts";

const model = (baseUrl: string) => ({
  model: { baseUrl, model: "qwen3", apiKey: "secret", maxTokens: 1, prices: { input: 0, output: 0 } },
  telemetry: null,
});

describe("who takes a workspace is told", () => {
  test.each([
    ["https://models.example.org:8443/v1", 1_000, [/^qwen3 at models\.example\.org:8443 is not on this machine/]],
    ["http://10.0.0.7/v1", 0, [/^qwen3 at 10\.0\.0\.7 /, /^you are root/]],
    ["http://127.0.0.1:11434/v1", 0, [/^you are root/]],
    ["http://localhost:11434/v1", 1_000, []],
    ["http://[::1]:11434/v1", null, []],
  ])("%s, uid %s", (baseUrl, uid, said) => {
    const notices = takingNotices(model(baseUrl), uid);
    expect(notices).toHaveLength(said.length);
    for (const [at, pattern] of said.entries()) expect(notices[at]).toMatch(pattern);
    expect(notices.join()).not.toContain("secret");
  });

  test("nothing where there is no model and no root", () => {
    expect(takingNotices({ model: null, telemetry: null }, 1_000)).toEqual([]);
  });

  test.each([
    ["http://127.0.0.1:4318/v1/traces", false, null, []],
    [
      "https://otel.example.org/v1/traces",
      false,
      null,
      [/^traces go to otel\.example\.org, .* names and times of steps are/],
    ],
    ["https://otel.example.org/v1/traces", true, null, [/goals, arguments, outputs and reasons, are sent there$/]],
    ["http://[::1]/v1/traces", true, "COLLECTOR", [/^COLLECTOR is not set: traces are sent without headers$/]],
  ])("traces to %s, content %s, unset %s", (url, capturesContent, unset, said) => {
    const telemetry = { url, capturesContent, headers: { authorization: "secret" }, unset };
    const notices = takingNotices({ model: null, telemetry }, 1_000);
    expect(notices).toHaveLength(said.length);
    for (const [at, pattern] of said.entries()) expect(notices[at]).toMatch(pattern);
    expect(notices.join()).not.toContain("secret");
  });

  test("once, when something is done and not when it is only looked at", async () => {
    await using work = Workspace.make("notes");
    work.configure(
      `outbound: { hosts: [models.example.org] }\nmodel: { base_url: "https://models.example.org/v1", model: qwen3 }\n`,
    );
    const warned: string[] = [];
    work.world = { ...work.world, warn: (sentence) => void warned.push(sentence) };
    await work.command("list", "--json");
    expect(warned).toEqual([]);
    const steps = [{ id: "a", tool: "files.list", params: {} }];
    work.write("work", "plan.json", JSON.stringify({ intent: "test.plan", decision_checkpoints: [], steps }));
    const said = await work.command("run", "plan.json", "--json");
    expect(said).toMatchObject({ exit: 0, err: "" });
    expect(warned.filter((each) => each.includes("models.example.org"))).toHaveLength(1);
    expect(warned.some((each) => each.startsWith("you are root"))).toBe(process.getuid?.() === 0);
  });
});
