import { basename, dirname } from "node:path";

/** Programs that lie outside the system's own folders: what a sandbox must show for them, and where they are looked for. */
export interface Toolchain {
  /** Folders, shown for reading at their own place. */
  readonly readable: readonly string[];
  /** Folders of programs, for `PATH`. */
  readonly path: readonly string[];
}

/**
 * The installation that a program belongs to, such as that of the Node which runs Writ: `<prefix>/bin/node` with its
 * libraries and package manager in `<prefix>`. One below `/usr` is shown anyway.
 *
 * @param program absolute path, without links
 */
export function toolchainOf(program: string): Toolchain {
  const folder = dirname(program);
  if (folder.startsWith("/usr/") || folder === "/bin" || folder === "/sbin") return { readable: [], path: [] };
  const prefix = dirname(folder);
  const isInstallation = basename(folder) === "bin" && prefix !== "/";
  return { readable: [isInstallation ? prefix : folder], path: [folder] };
}
