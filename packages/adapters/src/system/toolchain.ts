import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { readProc } from "./processes.ts";

/** Programs that lie outside the system's own folders: what a sandbox must show for them, and where they are looked for. */
export interface Toolchain {
  /** Files and folders, shown for reading at their own place. */
  readonly readable: readonly string[];
  /** Links into them, there in the sandbox as they are on the machine. */
  readonly links: readonly string[];
  /** Folders of programs, for `PATH`. */
  readonly path: readonly string[];
}

/** Packages and headers: what a Node's installation keeps beside its program. */
const PARTS = [join("lib", "node_modules"), join("include", "node")];

/**
 * The installation that a program belongs to, such as that of the Node which runs Writ: `<prefix>/bin/node`, its headers,
 * what its package manager installed, and the folders of the libraries it needs. Never the prefix itself, nor `lib` as a
 * whole where nothing needs it: in `~/.local` there are keys, too, and in `~/lib` may be anything. One below `/usr` is
 * shown anyway.
 *
 * @param program absolute path, without links
 * @param libraries answers with the paths of what it has loaded
 */
export function toolchainOf(program: string, libraries: () => readonly string[]): Toolchain {
  const folder = dirname(program);
  if (folder.startsWith("/usr/") || folder === "/bin" || folder === "/sbin")
    return { readable: [], links: [], path: [] };
  const prefix = dirname(folder);
  const isInstallation = basename(folder) === "bin" && prefix !== "/";
  const parts = isInstallation ? PARTS.map((part) => join(prefix, part)).filter((part) => existsSync(part)) : [];
  const needed = libraries()
    .filter((path) => path.startsWith(`${prefix}/`))
    .map((path) => dirname(path));
  return {
    readable: [...new Set([program, ...parts, ...needed])],
    links: isInstallation ? packagePrograms(folder, join(prefix, "lib", "node_modules")) : [],
    path: [folder],
  };
}

/** Paths of the shared libraries that this process has loaded. */
export function loadedLibraries(): readonly string[] {
  const maps = readProc(process.pid, "maps") ?? "";
  const paths = maps.split("\n").map((line) => line.slice(Math.max(0, line.indexOf("/"))));
  return [...new Set(paths.filter((path) => /\.so(?:\.[0-9.]+)?$/.test(path)))];
}

/** `npm`, `npx` and other programs of packages: links out of the folder of programs into that of packages. */
function packagePrograms(folder: string, packages: string): readonly string[] {
  if (!existsSync(packages)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => join(folder, name))
    .filter((link) => resolve(folder, readlinkSync(link)).startsWith(`${packages}/`))
    .toSorted();
}
