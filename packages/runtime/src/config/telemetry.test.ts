import { OrchestratorError } from "@writ/core";
import { describe, expect, test } from "vitest";

import { readConfig, type Config } from "./config.ts";

const FILE = `telemetry: { otlp_url: "http://collector.example:4318" }`;

function configured(user: string, environment: Readonly<Record<string, string>> = {}, workspace = "{}"): Config {
  return readConfig({
    user: { file: "config.yaml", text: user },
    workspace: { file: "writ.yaml", text: workspace },
    environment,
    root: "/work",
  });
}

function refusal(user: string, environment: Readonly<Record<string, string>>, workspace = "{}"): string {
  try {
    configured(user, environment, workspace);
  } catch (error) {
    if (error instanceof OrchestratorError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("where spans go", () => {
  test.each([
    ["", {}, null],
    [FILE, {}, "http://collector.example:4318/v1/traces"],
    [FILE, { OTEL_SDK_DISABLED: "TRUE" }, null],
    [FILE, { OTEL_SDK_DISABLED: "false" }, "http://collector.example:4318/v1/traces"],
    [FILE, { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, "http://collector.example:4318/v1/traces"],
    [FILE, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1/" }, "http://127.0.0.1:1/v1/traces"],
    ["", { OTEL_EXPORTER_OTLP_ENDPOINT: "https://a.example/otlp" }, "https://a.example/otlp/v1/traces"],
    ["", { OTEL_EXPORTER_OTLP_ENDPOINT: "https://a.example/otlp/v1/traces" }, "https://a.example/otlp/v1/traces"],
    ["telemetry: { capture_content: true }", {}, null],
  ])("%s with %j is %s", (user, environment, url) => {
    expect(configured(user, environment).telemetry?.url ?? null).toBe(url);
  });

  test("content goes along where the user says so, for all or for one workspace, and nowhere else", () => {
    expect(configured(FILE).telemetry?.capturesContent).toBe(false);
    const wanted = `telemetry: { otlp_url: "http://127.0.0.1:1", capture_content: true }`;
    expect(configured(wanted).telemetry?.capturesContent).toBe(true);
    expect(configured(`workspaces: { /work: { ${wanted} } }`).telemetry?.capturesContent).toBe(true);
    expect(configured(`workspaces: { /other: { ${wanted} } }`).telemetry).toBeNull();
  });

  test("headers stand in the environment, are taken apart, and are secrets", () => {
    const user = `telemetry: { otlp_url: "http://127.0.0.1:1", headers_env: COLLECTOR }`;
    const { telemetry, secrets } = configured(user, {
      COLLECTOR: "Authorization=Bearer%20s3cret-token, x-org = a%2Cb ",
    });
    expect(telemetry?.headers).toEqual({ authorization: "Bearer s3cret-token", "x-org": "a,b" });
    expect(secrets).toContain("s3cret-token");
    expect(configured(user).telemetry).toMatchObject({ headers: {}, unset: "COLLECTOR" });
  });

  test.each([
    ["a workspace that sends", "", {}, FILE, "config_invalid"],
    ["a workspace that sends along", FILE, {}, "telemetry: { capture_content: true }", "config_invalid"],
    ["another scheme", `telemetry: { otlp_url: "file:///tmp/x" }`, {}, "{}", "config_invalid"],
    ["no address", `telemetry: { otlp_url: "collector" }`, {}, "{}", "config_invalid"],
    ["a password in the address", `telemetry: { otlp_url: "https://a:b@c.example" }`, {}, "{}", "config_invalid"],
    ["an unknown key", "telemetry: { url: x }", {}, "{}", "config_invalid"],
    [
      "a variable that is no address",
      "",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
      "{}",
      "environment_invalid",
    ],
    [
      "headers that are none",
      `telemetry: { otlp_url: "http://127.0.0.1:1", headers_env: H }`,
      { H: "x" },
      "{}",
      "environment_invalid",
    ],
    [
      "a header with an escaped line break",
      `telemetry: { otlp_url: "http://127.0.0.1:1", headers_env: H }`,
      { H: "a=b%0d%0ac: d" },
      "{}",
      "environment_invalid",
    ],
    [
      "a header with a line break",
      `telemetry: { otlp_url: "http://127.0.0.1:1", headers_env: H }`,
      { H: "a=b\nc: d" },
      "{}",
      "environment_invalid",
    ],
  ])("%s is refused", (_what, user, environment, workspace, code) => {
    expect(refusal(user, environment, workspace)).toBe(code);
  });
});
