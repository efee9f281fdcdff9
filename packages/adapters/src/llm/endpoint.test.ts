import { describe, expect, test } from "vitest";

import { checkModelEndpoint } from "./endpoint.ts";

const codeOf = (address: string, allowed: readonly string[] = []): string => {
  const checked = checkModelEndpoint(address, allowed);
  return checked.ok ? "ok" : checked.error.code;
};

describe("the address of a model", () => {
  test.each([
    "http://127.0.0.1:11434/v1",
    "http://127.8.9.10/v1",
    "http://localhost:1234/v1",
    "https://LOCALHOST/v1",
    "http://[::1]:8080/v1",
    "http://2130706433:11434/v1",
    "http://0x7f.1/v1",
  ])("%s is this machine, and allowed", (address) => expect(codeOf(address)).toBe("ok"));

  test.each([
    "https://api.example.com/v1",
    "http://localhost.example.com/v1",
    "http://127.0.0.1.nip.io/v1",
    "http://0.0.0.0:11434/v1",
    "http://[::ffff:192.0.2.1]/v1",
    "http://10.0.0.1/v1",
    "http://xn--localhost-abc/v1",
    "http://128.0.0.1/v1",
  ])("%s is elsewhere, and refused until it is listed", (address) => {
    expect(codeOf(address)).toBe("outbound_refused");
    expect(codeOf(address, [new URL(address).host])).toBe("ok");
    expect(codeOf(address, ["other.example.com", "example"])).toBe("outbound_refused");
  });

  test("a listed port opens that port only", () => {
    expect(codeOf("https://api.example.com:8443/v1", ["api.example.com:8443"])).toBe("ok");
    expect(codeOf("https://api.example.com/v1", ["api.example.com:8443"])).toBe("outbound_refused");
  });

  test.each([
    "",
    "not a url",
    "file:///etc/passwd",
    "ftp://127.0.0.1/v1",
    "http://user:pw@127.0.0.1/v1",
    "http://127.0.0.1/v1?key=1",
    "http://127.0.0.1/v1#x",
  ])("%j is none", (address) => expect(codeOf(address)).toBe("model_endpoint_invalid"));

  test("a host that only looks local behind a user name is elsewhere", () => {
    expect(codeOf("http://localhost@api.example.com/v1")).toBe("model_endpoint_invalid");
  });
});
