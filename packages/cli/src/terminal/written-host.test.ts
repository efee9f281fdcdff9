import { describe, expect, test } from "vitest";

import { writtenHost } from "./written-host.ts";

describe("a host that is written in Punycode", () => {
  test("is shown as people read it", () => {
    expect(writtenHost("xn--pypal-4ve.com")).toBe("pаypal.com");
    expect(writtenHost("example.com")).toBe("example.com");
    expect(writtenHost("xn--.com")).toBe("xn--.com");
  });
});
