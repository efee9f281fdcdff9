import { expect, test } from "vitest";

import { ADDRESS_REFUSED, isOpenAddress, openLookup } from "./open-address.ts";

test.each([
  ["hooks.example.com", "93.184.216.34", true],
  ["hooks.example.com", "2606:2800:220:1:248:1893:25c8:1946", true],
  ["hooks.example.com", "127.0.0.1", false],
  ["hooks.example.com", "::1", false],
  ["hooks.example.com", "::ffff:10.0.0.1", false],
  ["hooks.example.com", "172.31.255.255", false],
  ["hooks.example.com", "172.32.0.1", true],
  ["hooks.example.com", "169.254.169.254", false],
  ["hooks.example.com", "fe80::1", false],
  ["hooks.example.com", "fd12::1", false],
  ["hooks.example.com", "224.0.0.1", false],
  ["hooks.example.com", "255.255.255.255", false],
  ["localhost", "127.0.0.1", true],
  ["localhost", "::1", true],
  ["localhost", "10.0.0.1", false],
  ["localhost", "93.184.216.34", false],
])("%s at %s: %j", (hostname, address, isOpen) => {
  expect(isOpenAddress(hostname, address)).toBe(isOpen);
});

function looked(hostname: string, all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    openLookup(hostname, { all }, (error, address) => resolve(error?.code ?? address));
  });
}

test("a name that leads to this machine is refused when it is looked up, and localhost is not", async () => {
  expect(await looked("localhost", false)).toMatch(/^(?:127\.0\.0\.1|::1)$/);
  expect(await looked("LOCALHOST", true)).toBe(ADDRESS_REFUSED);
});
