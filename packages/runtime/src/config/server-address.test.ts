import { OrchestratorError } from "@writ/core";
import { describe, expect, test } from "vitest";
import { serverAddress } from "./server-address.ts";

function codeOf(given: string | undefined, environment: Readonly<Record<string, string>> = {}): string {
  try {
    return serverAddress(given, environment)?.url ?? "none";
  } catch (error) {
    if (error instanceof OrchestratorError) return error.code;
    throw error;
  }
}

describe("the address of a server", () => {
  test("is what the command line names, else the environment, else none", () => {
    const environment = { WRIT_SERVER: "http://127.0.0.1:4400", WRIT_TOKEN: " writ_abc\n" };
    expect(serverAddress(undefined, environment)).toEqual({ url: "http://127.0.0.1:4400", token: "writ_abc" });
    expect(serverAddress("http://[::1]:9", environment)).toEqual({ url: "http://[::1]:9", token: "writ_abc" });
    expect(serverAddress("http://localhost:9", {})).toEqual({ url: "http://localhost:9", token: "" });
    expect(serverAddress(undefined, {})).toBeNull();
    expect(serverAddress(undefined, { WRIT_SERVER: "" })).toBeNull();
  });

  test.each([
    ["https://writ.example.org/team/", "https://writ.example.org/team"],
    ["https://127.0.0.1:4400/", "https://127.0.0.1:4400"],
    ["http://127.9.9.9:4400", "http://127.9.9.9:4400"],
    ["http://2130706433:4400", "http://127.0.0.1:4400"],
    ["http://writ.example.org", "server_insecure"],
    ["http://127.0.0.1.example.org", "server_insecure"],
    ["http://localhost.example.org", "server_insecure"],
    ["http://10.0.0.1:4400", "server_insecure"],
    ["http://[::2]:4400", "server_insecure"],
    ["http://me:secret@127.0.0.1:4400", "input_malformed"],
    ["http://127.0.0.1:4400/?token=secret", "input_malformed"],
    ["http://127.0.0.1:4400/#x", "input_malformed"],
    ["ftp://127.0.0.1", "input_malformed"],
    ["127.0.0.1:4400", "input_malformed"],
    ["nonsense", "input_malformed"],
    ["", "none"],
  ])("%s is %s", (given, expected) => {
    expect(codeOf(given)).toBe(expected);
    expect(codeOf(undefined, { WRIT_SERVER: given })).toBe(expected);
  });
});
