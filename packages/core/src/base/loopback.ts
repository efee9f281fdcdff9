const IPV4_LOOPBACK = /^127(?:\.[0-9]{1,3}){3}$/;

/** @param hostname as the URL parser spells it: short and numeric forms of IPv4 are already written out */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || IPV4_LOOPBACK.test(hostname);
}
