import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Programs that lie outside the system's own folders: what a sandbox must show for them, and where they are looked for. */
export interface Toolchain {
  /** Files and folders, shown for reading at their own place. */
  readonly readable: readonly string[];
  /** Links into them, there in the sandbox as they are on the machine. */
  readonly links: readonly string[];
  /** Folders of programs, for `PATH`. */
  readonly path: readonly string[];
}

/** What an installation keeps beside its programs. */
const PARTS = ["lib", "lib64", "include"];

/**
 * The installation that a program belongs to, such as that of the Node which runs Writ: `<prefix>/bin/node`, its libraries
 * and headers, and what its package manager installed. Never the prefix itself: in `~/.local` there are keys, too. One
 * below `/usr` is shown anyway.
 *
 * @param program absolute path, without links
 */
export function toolchainOf(program: string): Toolchain {
  const folder = dirname(program);
  if (folder.startsWith("/usr/") || folder === "/bin" || folder === "/sbin")
    return { readable: [], links: [], path: [] };
  const prefix = dirname(folder);
  const isInstallation = basename(folder) === "bin" && prefix !== "/";
  const parts = isInstallation ? PARTS.map((part) => join(prefix, part)).filter((part) => existsSync(part)) : [];
  return {
    readable: [program, ...parts],
    links: isInstallation ? packagePrograms(folder, join(prefix, "lib", "node_modules")) : [],
    path: [folder],
  };
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
