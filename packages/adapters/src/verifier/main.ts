import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";

import { verifyBundle, verifyReceipt, type Verification } from "@writ/core/audit/verify";

import { readBundle } from "../system/read-bundle.ts";
import { nodeVerifier } from "../system/node-verifier.ts";

const USAGE = "usage: node verify.mjs DIR|RECEIPT … [--trust KEY] [--last-seen FILE] [--require-payloads] [--json]";
const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** The single-file verifier: what `writ verify-bundle` checks, with Node and nothing else. */
function main(args: string[]): number {
  const options = { trust: text, "last-seen": text, "require-payloads": flag, json: flag };
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const lastSeen = values["last-seen"] === undefined ? undefined : readFileSync(values["last-seen"]);
  const given = { trust: values.trust, lastSeen, requirePayloads: values["require-payloads"] };
  if (positionals.length === 0) throw new TypeError("name a folder or a receipt");
  const results = positionals.map((path) =>
    statSync(path).isDirectory()
      ? verifyBundle(readBundle(path), nodeVerifier, given)
      : verifyReceipt(readFileSync(path), nodeVerifier, given),
  );
  for (const result of results) process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result));
  return Math.max(...results.map(({ exit }) => exit));
}

function report({ ok, errors, entries, size, origin, key, key_pinned: isPinned, ...rest }: Verification): string {
  const found = errors.map(({ code, file, ...at }) => `${code}: ${file} ${JSON.stringify(at)}\n`);
  const trusted = isPinned ? "as trusted" : "by the bundle's own word; pin it with --trust";
  const head = `${String(origin)}: ${entries} of ${size} entries, signed by ${String(key)}, ${trusted}\n`;
  return `${found.join("")}${head}${JSON.stringify(rest)}\n${ok ? "everything holds" : "not everything holds"}\n`;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
