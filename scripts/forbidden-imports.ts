import { forbiddenRooms, layerOf, ONLY_FROM, PACKAGES, type PackageLayer } from "./layers.ts";

/** The imports one room or package must not make, as the linter wants them. */
export interface ForbiddenImports {
  readonly files: readonly string[];
  readonly excludeFiles: readonly string[];
  readonly patterns: readonly { readonly regex: string; readonly message: string }[];
}

/**
 * The table of layers as one complete list per room. Complete, because a later
 * override of a linter rule replaces an earlier one instead of adding to it;
 * every file is therefore matched by one entry only.
 *
 * The linter sees specifiers, not files: what hides behind computed names,
 * `import("…").T` or a path through another folder is left to `check-layers.ts`.
 */
export function forbiddenImports(): readonly ForbiddenImports[] {
  return Object.entries<PackageLayer>(PACKAGES).flatMap(([name, layer]) => {
    const source = `packages/${name}/src`;
    const ofPackage = packagePatterns(name, layer);
    if (layer.rooms === "free")
      return [{ files: [`${source}/**`], excludeFiles: composition(name), patterns: ofPackage }];
    const rooms = Object.keys(layer.rooms).map((room) => ({
      files: [`${source}/${room}/**`],
      excludeFiles: [],
      patterns: [...packagePatterns(name, layer, room), ...roomPatterns(layer, room)],
    }));
    return [{ files: [`${source}/*`], excludeFiles: [], patterns: ofPackage }, ...rooms];
  });
}

/** The composition root is the one reader of what is reserved; it gets no list of its own beyond the layer check. */
function composition(name: string): readonly string[] {
  return name === "cli" ? ["packages/cli/src/compose*.ts"] : [];
}

function packagePatterns(name: string, layer: PackageLayer, room = "x"): ForbiddenImports["patterns"] {
  const others = Object.keys(PACKAGES).filter((other) => !layer.packages.includes(other));
  const reserved = ONLY_FROM.filter(({ importers }) => !importers.test(`packages/${name}/src/${room}/x.ts`));
  return [
    ...others.map((other) => ({
      regex: `^@writ/${other}($|/)`,
      message: other === name ? "Import your own package by file." : `${name} may not import ${other}.`,
    })),
    ...reserved.map(({ target, because }) => ({ regex: `^${target}($|/)`, message: `${because}.` })),
    ...(layer.seesInside === true ? [] : layer.packages.flatMap(entryPatterns)),
    { regex: "^\\.\\.?/.*/src/", message: "Import another package by its name." },
    ...(layer.node === "none" ? [{ regex: "^node:", message: `${name} does not know Node.` }] : []),
    ...(typeof layer.node === "object"
      ? [{ regex: `^node:(${layer.node.except.join("|")})$`, message: `${name} reaches this through a port.` }]
      : []),
  ];
}

/** The rooms of a package that lie behind its entry, as names: the linter's expressions know no look-ahead. */
function entryPatterns(name: string): ForbiddenImports["patterns"] {
  const layer = layerOf(name);
  if (layer === undefined || layer.rooms === "free" || layer.subpaths.includes("*")) return [];
  const offered = new Set(layer.subpaths.map((subpath) => subpath.split("/")[0]));
  const closed = Object.keys(layer.rooms).filter((room) => !offered.has(room));
  return [{ regex: `^@writ/${name}/(${closed.join("|")})/`, message: `Import the entry of ${name}.` }];
}

function roomPatterns(layer: PackageLayer, room: string): ForbiddenImports["patterns"] {
  const above = forbiddenRooms(layer, room);
  return [
    ...(above.length === 0
      ? []
      : [
          {
            regex: `^(\\.\\./)+(${above.join("|")})/`,
            message: `${room} may not import the rooms above or beside it.`,
          },
        ]),
    { regex: "^(\\.\\./)+index\\.ts$", message: "Import files, not the package's entry." },
  ];
}
