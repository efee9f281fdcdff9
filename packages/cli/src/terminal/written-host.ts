import { domainToUnicode } from "node:url";

/** A host as people write it: `xn--pypal-4ve.com` is `pаypal.com`, with a Cyrillic letter. */
export function writtenHost(host: string): string {
  const written = host.includes("xn--") ? domainToUnicode(host) : host;
  return written === "" ? host : written;
}
