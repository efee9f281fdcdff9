/**
 * `node packages/testkit/src/simulator/run.ts --seed N [--verbose]` lives one seed again;
 * `--seeds 2000 --from 1` lives many and prints how often each premise held.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { campaign, seedsFrom, table } from "./campaign.ts";
import { keptSeeds } from "./kept-seeds.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});

const say = (text: string): void => void process.stdout.write(text);

if (values.seed === undefined) {
  const kept = keptSeeds(readFileSync(join(import.meta.dirname, "seeds.json"), "utf8"));
  const first = campaign(kept);
  const lived = campaign(seedsFrom(Number(values.from), Number(values.seeds)));
  const failures = [...first.failures, ...lived.failures];
  for (const failure of failures) say(`${failure}\n`);
  say(table(lived));
  say(`${kept.length + Number(values.seeds) - failures.length} passed, ${failures.length} failed\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} else {
  const { violation } = simulate(
    Number(values.seed),
    undefined,
    values.verbose ? (line) => say(`${line}\n`) : undefined,
  );
  say(`${violation === null ? "every invariant held" : violation.message}\n`);
  process.exitCode = violation === null ? 0 : 1;
}
