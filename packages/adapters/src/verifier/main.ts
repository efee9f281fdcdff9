import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";

import { verifyBundle, verifyReceipt, type Verification } from "@writ/core/audit/verify";

import { readBundle } from "../system/read-bundle.ts";
import { nodeVerifier } from "../system/node-verifier.ts";

// The single-file verifier: what `writ verify-bundle` checks, with Node and nothing else.
const USAGE = "usage: node verify.mjs DIR|RECEIPT … [--trust KEY] [--last-seen FILE] [--require-payloads] [--json]";
const [text, flag] = [{ type: "string" }, { type: "boolean" }] as const;
const OPTIONS = { trust: text, "last-seen": text, "require-payloads": flag, json: flag };

/** One result for people. */
function report({ ok, errors, entries, size, origin, key, key_pinned: isPinned, ...rest }: Verification): string {
  const found = errors.map(({ code, file, ...at }) => `${code}: ${file} ${JSON.stringify(at)}\n`);
  const trusted = isPinned ? "as trusted" : "by the bundle's own word; pin it with --trust";
  const head = `${String(origin)}: ${entries} of ${size} entries, signed by ${String(key)}, ${trusted}\n`;
  return `${found.join("")}${head}${JSON.stringify(rest)}\n${ok ? "everything holds" : "not everything holds"}\n`;
}

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (positionals.length === 0) throw new TypeError("name a folder or a receipt");
  const { trust, "last-seen": seen, "require-payloads": requirePayloads, json: asJson } = values;
  const options = { trust, lastSeen: seen === undefined ? undefined : readFileSync(seen), requirePayloads };
  const results = positionals.map((path) => {
    if (!statSync(path).isDirectory()) return verifyReceipt(readFileSync(path), nodeVerifier, options);
    return verifyBundle(readBundle(path), nodeVerifier, options);
  });
  for (const result of results) process.stdout.write(asJson ? `${JSON.stringify(result)}\n` : report(result));
  process.exitCode = Math.max(...results.map(({ exit }) => exit));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
