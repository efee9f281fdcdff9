import { lstatSync, readlinkSync } from "node:fs";

import type { SandboxCommand, SandboxLimits } from "@writ/runtime";

import { runsAsRoot, SANDBOX_USER } from "../system/sandbox-user.ts";

/** Descriptors of the start; the program inherits none of them. */
export const FD = { seccomp: 3, passwd: 4, group: 5, hosts: 6, gate: 7 } as const;

/**
 * The last step before the program, and a fixed text: says that everything stands, and waits for the answer.
 *
 * Bubblewrap asks the kernel to end it with its parent only after it has begun. If Writ is killed before that,
 * or kills it before that, the rest goes on alone; then no answer comes here, and the program never begins. The folder is entered here, as the
 * user that is to work in it.
 */
export const GATE = `printf . >&${FD.gate} && read -r go <&${FD.gate} && exec ${FD.gate}<&- && cd -- "$1" && unset OLDPWD && shift && exec "$@"; exit 125`;

/** What every program needs to start; other folders of the machine do not exist in the sandbox. */
export const SYSTEM_FOLDERS: readonly string[] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const SYSTEM_FILES = [
  ...["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"],
  ...["/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates.conf", "/etc/mime.types"],
];

/** Address space beside what is used: V8 reserves 10 GiB for each WebAssembly memory and touches little of it. */
const RESERVED_ADDRESS_SPACE = 32 * 2 ** 30;
const OPEN_FILES = 4_096;

export interface Layout {
  /** Files and folders of the machine beside the system's own that are readable at their own place, such as a toolchain. */
  readonly readable: readonly string[];
  /** Links of the machine that are there as they are. */
  readonly links: readonly string[];
  /** Paths inside the sandbox that are covered by an empty folder. */
  readonly masks: readonly string[];
  readonly hasFilter: boolean;
}

/** The whole argument list of `bwrap`. No text of a command is ever part of a shell line. */
export function bwrapArgs(command: SandboxCommand, layout: Layout): readonly string[] {
  const { limits } = command;
  return [
    ...namespaces(),
    ...["--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"],
    ...[
      "--cap-drop",
      "ALL",
      ...(runsAsRoot ? ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((cap) => ["--cap-add", cap]) : []),
    ],
    ...system(),
    // Before what is shown below it.
    ...["--perms", "1777", "--size", String(limits.fileBytes), "--tmpfs", "/tmp"],
    ...parents([...layout.readable, ...layout.links, ...command.mounts.map(({ inside }) => inside)]),
    ...layout.readable.flatMap((path) => ["--ro-bind", path, path]),
    ...layout.links.flatMap((link) => ["--symlink", readlinkSync(link), link]),
    ...command.mounts.flatMap(({ host, inside, access }) => [access === "read" ? "--ro-bind" : "--bind", host, inside]),
    ...layout.masks.flatMap((inside) => ["--perms", "0555", "--tmpfs", inside, "--remount-ro", inside]),
    ...["--remount-ro", "/", "--chdir", "/"],
    ...Object.entries(command.environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...(layout.hasFilter ? ["--seccomp", String(FD.seccomp)] : []),
    "--",
    ...dropUser(),
    ...limitArgs(limits),
    ...["/bin/sh", "-c", GATE, "sh", command.directory],
    ...command.argv,
  ];
}

/** As root there is no user namespace: in one, the program would be root again wherever files of the machine are asked for. */
function namespaces(): readonly string[] {
  if (runsAsRoot) return ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
  const { uid, gid } = SANDBOX_USER;
  return ["--unshare-all", "--unshare-user", "--uid", String(uid), "--gid", String(gid)];
}

function system(): readonly string[] {
  return [
    ...SYSTEM_FOLDERS.flatMap(mirror),
    ...parents(SYSTEM_FILES),
    ...SYSTEM_FILES.flatMap((path) => ["--ro-bind-try", path, path]),
    ...Object.entries({ passwd: FD.passwd, group: FD.group, hosts: FD.hosts }).flatMap(([name, fd]) => [
      "--perms",
      "0444",
      "--ro-bind-data",
      String(fd),
      `/etc/${name}`,
    ]),
    ...[
      "--proc",
      "/proc",
      "--dev",
      "/dev",
      "--perms",
      "1777",
      "--size",
      String(2 ** 26),
      "--tmpfs",
      "/dev/shm",
      "--remount-ro",
      "/dev",
    ],
  ];
}

/** Folders on the way to a mount, made here because bubblewrap would make them for root alone. */
function parents(places: readonly string[]): readonly string[] {
  const above = (place: string): readonly string[] =>
    place.split("/").map((_, at, names) => names.slice(0, at).join("/"));
  const folders = new Set(places.flatMap(above).filter((folder) => folder !== ""));
  return [...folders].sort().flatMap((folder) => ["--perms", "0755", "--dir", folder]);
}

/** A folder of the root as the machine has it: most are links into `/usr` by now. */
function mirror(path: string): readonly string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  return stats.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}

function dropUser(): readonly string[] {
  if (!runsAsRoot) return [];
  const { uid, gid } = SANDBOX_USER;
  return [
    "/usr/bin/setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--bounding-set=-all",
    "--inh-caps=-all",
    "--no-new-privs",
    "--",
  ];
}

/** Each is for one process, except the number of processes; the soft limit on CPU time is a second below the hard one. */
function limitArgs(limits: SandboxLimits): readonly string[] {
  return [
    "/usr/bin/prlimit",
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`,
    `--data=${limits.memoryBytes}`,
    `--as=${limits.memoryBytes + RESERVED_ADDRESS_SPACE}`,
    `--nproc=${limits.processes}`,
    `--fsize=${limits.fileBytes}`,
    `--nofile=${OPEN_FILES}`,
    "--core=0",
    "--",
  ];
}
