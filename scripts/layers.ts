/**
 * Who may import whom: the one table of packages and rooms. The linter's
 * configuration and the layer check read it.
 *
 * A room is a folder of a package's `src`. It names the rooms directly beneath
 * it; what those may see, it may see too.
 */

export interface PackageLayer {
  /** Other packages, by short name, that its production code may import. */
  readonly packages: readonly string[];
  /** Whether it may reach past the entries of those packages; for what tests stand on. */
  readonly seesInside?: boolean;
  /** Libraries its production code may import; `declared`: whatever its manifest lists. */
  readonly libraries: readonly string[] | "declared";
  /** `node:` modules: none, all of them, or all but those listed. */
  readonly node: "none" | "all" | { readonly except: readonly string[] };
  /** Subpaths others may import besides the package's entry; `*` stands for any. */
  readonly subpaths: readonly string[];
  /** Each room with the rooms directly beneath it; `free` where all see each other. */
  readonly rooms: Readonly<Record<string, readonly string[]>> | "free";
  readonly ambient: AmbientRule;
}

/**
 * Which of the platform's clocks, dice and globals a package may name.
 *
 * - `pure`: none, so that a replay cannot differ
 * - `simulated`: none that a port stands for, so that a seed decides them all
 * - `injected`: no clock to read and no dice; what is handed in may be formatted
 * - `free`: any
 */
export type AmbientRule = "pure" | "simulated" | "injected" | "free";

export const PACKAGES = {
  core: {
    packages: [],
    libraries: ["yaml", "zod"],
    node: "none",
    subpaths: ["audit/*", "policy/role", "run/statuses", "schema/*", "text/*"],
    rooms: {
      base: [],
      tool: ["base"],
      plan: ["tool"],
      policy: ["plan"],
      budget: ["plan"],
      governor: ["plan"],
      workflow: ["plan"],
      critic: ["policy", "budget"],
      run: ["critic"],
      text: ["run"],
      journal: ["run"],
      record: ["journal"],
      audit: ["journal"],
      tuning: ["journal"],
      schema: ["record", "audit"],
    },
    ambient: "pure",
  },
  runtime: {
    packages: ["core"],
    libraries: ["ajv", "zod"],
    // Ports and the loop: no driver and no HTTP.
    node: { except: ["sqlite", "http", "https", "http2", "net", "tls", "dgram", "child_process", "fs", "fs/promises"] },
    subpaths: ["config/config"],
    rooms: {
      ports: [],
      gateway: ["ports"],
      roles: ["ports"],
      engine: ["gateway", "roles"],
      chat: ["engine"],
      service: ["engine", "config"],
      config: ["ports"],
    },
    ambient: "simulated",
  },
  adapters: {
    packages: ["core", "runtime"],
    libraries: "declared",
    node: "all",
    subpaths: ["*"],
    // One adapter does not know another; what several stand on lies at the bottom.
    rooms: {
      system: [],
      files: ["system"],
      sqlite: ["system"],
      postgres: ["system"],
      memory: ["system"],
      pump: ["system"],
      llm: ["system"],
      agents: ["system"],
      mcp: ["system"],
      sandbox: ["system"],
      workspace: ["files"],
      "docs-index": ["files"],
      // Where no model is configured, llm.generate quotes: the extractive summariser is shared.
      tools: ["docs-index", "llm"],
      "run-folder": ["files"],
      notify: ["system"],
      verifier: ["system"],
    },
    ambient: "injected",
  },
  api: {
    packages: ["core", "runtime"],
    libraries: "declared",
    node: "all",
    subpaths: ["contract/*", "server/*", "mcp/*", "client/*"],
    rooms: { contract: [], client: ["contract"], server: ["contract"], mcp: ["contract"] },
    ambient: "injected",
  },
  dashboard: {
    packages: ["core", "api"],
    libraries: "declared",
    node: "none",
    subpaths: [],
    rooms: "free",
    ambient: "free",
  },
  cli: {
    packages: ["core", "runtime", "adapters", "api"],
    libraries: "declared",
    node: "all",
    subpaths: [],
    rooms: "free",
    ambient: "injected",
  },
  testkit: {
    packages: ["core", "runtime", "adapters"],
    seesInside: true,
    libraries: "declared",
    node: "all",
    subpaths: ["*"],
    rooms: "free",
    ambient: "free",
  },
} as const satisfies Readonly<Record<string, PackageLayer>>;

/** Rules about one package's files that the table above is too coarse for. */
export const ONLY_FROM: readonly { readonly target: string; readonly importers: RegExp; readonly because: string }[] = [
  {
    target: "@writ/adapters",
    importers: /^packages\/(cli\/src\/compose[^/]*\.ts$|testkit\/src\/)/,
    because: "only cli/src/compose*.ts names adapters",
  },
  {
    target: "@writ/core/audit",
    importers: /^packages\/(adapters\/src\/(system|verifier)|testkit\/src)\//,
    because: "the offline verifier alone takes its room without the rest of core",
  },
  {
    target: "@writ/core/run/statuses",
    importers: /^packages\/cli\/src\//,
    because: "help names the states without loading the rest of core",
  },
  {
    target: "@writ/core/policy/role",
    importers: /^packages\/cli\/src\//,
    because: "help names the roles without loading the rest of core",
  },
  {
    target: "@writ/runtime/config/config",
    importers: /^packages\/cli\/src\//,
    because: "configuration is read by the command line only",
  },
];

/** Folders with another ambient rule than their package: where the system's clock and dice enter, and where a seed is both. */
const AMBIENT_BY_FOLDER: Readonly<Record<string, AmbientRule>> = {
  "packages/adapters/src/system/": "free",
  "packages/testkit/src/simulator/run.ts": "free",
  "packages/testkit/src/simulator/agenda.ts": "free",
  "packages/testkit/src/simulator/": "simulated",
};

/** What a file may name of the platform. */
export function ambientRuleOf(path: string, layer: PackageLayer): AmbientRule {
  return Object.entries(AMBIENT_BY_FOLDER).find(([folder]) => path.startsWith(folder))?.[1] ?? layer.ambient;
}

export function layerOf(packageName: string): PackageLayer | undefined {
  return Object.entries<PackageLayer>(PACKAGES).find(([name]) => name === packageName)?.[1];
}

/** The rooms of a package that `room` may import from, itself included. */
export function reach(layer: PackageLayer, room: string): ReadonlySet<string> {
  const beneath = layer.rooms === "free" ? {} : layer.rooms;
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of beneath[name] ?? []) visit(next);
  };
  visit(room);
  return seen;
}

/** The rooms of a package that `room` must not import from, as far as the table lists them. */
export function forbiddenRooms(layer: PackageLayer, room: string): readonly string[] {
  if (layer.rooms === "free") return [];
  const allowed = reach(layer, room);
  return Object.keys(layer.rooms).filter((name) => !allowed.has(name));
}
