import { lookup } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";

import { isLoopback } from "@writ/core";

/** Where a name leads to no place outside. */
export const ADDRESS_REFUSED = "EWRIT_ADDRESS_REFUSED";

const LOOPBACK = blockList(["127.0.0.0", 8, "ipv4"], ["::1", 128, "ipv6"]);

/** Networks of one's own and of no one: a name from outside that leads there asks for what only this machine can reach. */
const PRIVATE = blockList(
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["100::", 64, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
);

/**
 * Whether an address may be connected to: for a host on this machine its loopback alone, for any other what is public.
 *
 * @param hostname as it is configured
 */
export function isOpenAddress(hostname: string, address: string): boolean {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  return isLoopback(hostname) ? LOOPBACK.check(address, family) : !PRIVATE.check(address, family);
}

/** A host that is an address is never looked up. */
export function isClosedLiteral(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(address) !== 0 && !isOpenAddress(hostname, address);
}

/** Looks a name up for a connection, which is made to an address that was let pass and to no other. */
export const openLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, []);
    const open = found.filter(({ address }) => isOpenAddress(hostname, address));
    const [first] = open;
    if (first === undefined)
      return callback(Object.assign(new Error("it leads to no place outside"), { code: ADDRESS_REFUSED }), []);
    return options.all === true ? callback(null, open) : callback(null, first.address, first.family);
  });
};

function blockList(...networks: readonly (readonly [string, number, "ipv4" | "ipv6"])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return list;
}
