/** What `npm run verify` does, in order: each part with the seconds it may take. */

export interface Part {
  readonly name: string;
  readonly budgetS: number;
  /** Run two at a time; each passes or fails as one. */
  readonly checks?: readonly Check[];
  /** Run by vitest, which counts. */
  readonly tests?: TestSelection;
}

export interface Check {
  readonly name: string;
  /** A program of `node_modules/.bin` or `node`, and its arguments. */
  readonly command: readonly [string, ...string[]];
}

export interface TestSelection {
  readonly project: "unit" | "sim";
  /** Only files whose name matches; a part without any is reported absent, never counted as passed. */
  readonly files: RegExp;
}

const node = (script: string, ...more: string[]): Check["command"] => ["node", `scripts/${script}.ts`, ...more];

const STATIC: readonly Check[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint", command: ["oxlint", "--format=unix"] },
  { name: "types", command: node("check-types") },
  { name: "layers", command: node("check-layers") },
  { name: "unused", command: ["knip", "--no-progress", "--treat-config-hints-as-errors"] },
  { name: "duplicates", command: ["jscpd", "--config", ".jscpd.json"] },
  { name: "error pages", command: node("check-error-pages") },
  { name: "decisions", command: node("check-decisions") },
  { name: "manifests", command: node("check-manifests") },
  { name: "generated", command: node("generate", "--check") },
  { name: "bundle", command: node("bundle") },
];

/** Simulations are told apart by the name of their file; one that no part claims runs in the last. */
const CLAIMED = {
  seeds: /simulat|seed/,
  kills: /run-kill/,
  tamper: /tamper/,
  examples: /example/,
  browser: /\.browser\.sim/,
  served: /acceptance\/(http|outgoing)-/,
} as const;

/** Tests of what comes in over the network; a part of their own, since there are many. */
const NETWORK = /(?:api\/src\/|cli\/src\/(?:acceptance\/http-|remote\/))/;
const UNCLAIMED = new RegExp(
  `^(?!.*(${Object.values(CLAIMED)
    .map(({ source }) => source)
    .join("|")}))`,
);

export const PARTS: readonly Part[] = [
  { name: "static checks", budgetS: 45, checks: STATIC },
  { name: "unit tests", budgetS: 90, tests: { project: "unit", files: new RegExp(`^(?!.*${NETWORK.source})`) } },
  { name: "the network's tests", budgetS: 60, tests: { project: "unit", files: NETWORK } },
  { name: "2,000 seeds", budgetS: 60, tests: { project: "sim", files: CLAIMED.seeds } },
  { name: "200 kills", budgetS: 60, tests: { project: "sim", files: CLAIMED.kills } },
  { name: "tamper", budgetS: 40, tests: { project: "sim", files: CLAIMED.tamper } },
  { name: "examples", budgetS: 60, tests: { project: "sim", files: CLAIMED.examples } },
  { name: "browser", budgetS: 60, tests: { project: "sim", files: CLAIMED.browser } },
  { name: "serving, killed and besieged", budgetS: 60, tests: { project: "sim", files: CLAIMED.served } },
  { name: "other simulations", budgetS: 60, tests: { project: "sim", files: UNCLAIMED } },
];

export const INSTALL_BUDGET_S = 60;
export const TOTAL_BUDGET_S = 600;
