import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** What a process is given: read once, here, and handed on. */
export interface World {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folders of the user's own, where nothing of a workspace lies. */
  readonly home: HomeFolders;
  /**
   * Who sits at the terminal: a pseudonym for the log, and a name for people, which stays on this machine. Null for the
   * pseudonym in the user's own data folder.
   */
  readonly user: { readonly id: string | null; readonly name: string };
  /** Tells a person something beside the answer; left out where nobody reads it. */
  readonly warn?: (sentence: string) => void;
}

export interface HomeFolders {
  /** Keys lie in here. */
  readonly data: string;
  /** What was last seen of each log. */
  readonly state: string;
  readonly config: string;
  /** Copies of workspaces that commands run on; nothing in it is worth keeping. */
  readonly cache: string;
}

/** @see the XDG Base Directory Specification */
export function systemWorld(): World {
  const environment = process.env;
  const home = environment["HOME"] ?? homedir();
  const name = nameOfUser();
  const folder = (variable: string, otherwise: string): string => {
    const value = environment[variable];
    return value !== undefined && value.startsWith("/") ? value : join(home, otherwise);
  };
  return {
    cwd: process.cwd(),
    environment,
    home: {
      data: folder("XDG_DATA_HOME", ".local/share"),
      state: folder("XDG_STATE_HOME", ".local/state"),
      config: folder("XDG_CONFIG_HOME", ".config"),
      cache: folder("XDG_CACHE_HOME", ".cache"),
    },
    user: { id: null, name },
  };
}

function nameOfUser(): string {
  try {
    return userInfo().username.replaceAll(/[^A-Za-z0-9_.-]/g, "-") || "user";
  } catch (error) {
    if (error instanceof Error) return `uid-${process.getuid?.() ?? 0}`;
    throw error;
  }
}
