import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { refusingSandboxContract, sandboxContract, shellCommand, textOf } from "@writ/testkit/contracts/sandbox";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { processesWith } from "@writ/testkit/processes";
import type { Sandbox } from "@writ/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { systemClock } from "../system/clock.ts";
import { systemEntropy } from "../system/entropy.ts";
import { toolchainOf } from "../system/toolchain.ts";
import { openBubblewrap, type BubblewrapOptions } from "./bubblewrap.ts";
import { GATE } from "./bwrap-args.ts";
import { endLeftovers } from "./leftovers.ts";
import { refusingSandbox } from "./refuse.ts";

/** Not below /tmp, which is empty in the sandbox whatever else is shown. */
const PARENT = "/var/tmp";
let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(PARENT, "writ-scratch-"));
  await chmod(scratch, 0o755);
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const open = (change: Partial<BubblewrapOptions> = {}) =>
  openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch, ...change });
const never = new AbortController().signal;

refusingSandboxContract(() => refusingSandbox({ reason: "this is a test", remedy: "install bubblewrap" }));

describe.skipIf(isWithoutBubblewrap)("bubblewrap", () => {
  sandboxContract(() => open(), PARENT);

  test("the network is the sandbox's own: a listener of the machine is not reached", async () => {
    const calls: number[] = [];
    const listener = createServer(() => calls.push(1)).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    const port = typeof address === "object" ? address?.port : 0;
    const dial = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
    const result = await open().run({ ...shellCommand(""), argv: ["/bin/bash", "-c", dial] }, never);
    expect(result.exitCode).not.toBe(0);
    expect(calls).toEqual([]);
    execFileSync("/bin/bash", ["-c", dial]);
    // The control: from the machine itself the same words reach it.
    while (calls.length === 0) await new Promise(setImmediate);
    listener.close();
  });

  test("40: no core file is made", async () => {
    expect(textOf((await open().run(shellCommand("ulimit -c; ulimit -Hc"), never)).stdout)).toBe("0\n0\n");
  });

  test("hidden folders are covered in what is shown around them, and not shown themselves", async () => {
    await mkdir(join(scratch, "home", "keys"), { recursive: true });
    await writeFile(join(scratch, "home", "keys", "ed25519"), "key");
    await writeFile(join(scratch, "home", "readme"), "r");
    execFileSync("chmod", ["-R", "go+rX", scratch]);
    const sandbox = open({ hidden: [join(scratch, "home", "keys"), join(scratch, "none")] });
    const around = shellCommand("ls /mnt; ls -A /mnt/keys", {
      mounts: [{ host: join(scratch, "home"), inside: "/mnt", access: "read" }],
    });
    expect(textOf((await sandbox.run(around, never)).stdout)).toBe("keys\nreadme\n");
    const itself = shellCommand("true", {
      mounts: [{ host: join(scratch, "home", "keys"), inside: "/mnt", access: "read" }],
    });
    await expect(sandbox.run(itself, never)).rejects.toMatchObject({ code: "path_closed" });
  });

  describe("a toolchain in a folder where keys lie, too", () => {
    let home = "";
    beforeEach(async () => {
      home = await mkdtemp(join(scratch, "home-"));
      for (const folder of ["bin", "lib/node_modules/npm/bin", "share/writ/keys"])
        await mkdir(join(home, ".local", folder), { recursive: true });
      await writeFile(join(home, ".local/share/writ/keys/log.pem"), "PRIVATE");
      await writeFile(join(home, ".local/bin/mine"), "MINE");
      await writeFile(join(home, ".local/bin/node"), "#!/bin/sh\necho it runs\n", { mode: 0o755 });
      await writeFile(join(home, ".local/lib/node_modules/npm/bin/npm-cli.js"), "#!/bin/sh\necho so does npm\n", {
        mode: 0o755,
      });
      await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(home, ".local/bin/npm"));
      execFileSync("chmod", ["-R", "go+rX", home]);
    });
    const said = async (sandbox: Sandbox, script: string): Promise<string> =>
      textOf((await sandbox.run(shellCommand(script), never)).stdout);

    test("is shown without them, and works", async () => {
      const toolchain = toolchainOf(join(home, ".local/bin/node"), () => []);
      const sandbox = open({ hidden: [join(home, ".local/share/writ")], toolchain });
      const [bin] = toolchain.path;
      expect(await said(sandbox, `${bin}/node; ${bin}/npm`)).toBe("it runs\nso does npm\n");
      expect(await said(sandbox, `cat ${home}/.local/share/writ/keys/*; cat ${bin}/mine; ls ${home}/.local`)).toBe(
        "bin\nlib\n",
      );
    });

    test.each([
      ["around a folder of keys", ".local", "share/writ"],
      ["within one", ".local/share/writ/keys", "share/writ"],
      ["that is a workspace", ".local/lib", "none"],
      ["below a journal", ".local/lib/.orchestrate", "none"],
    ])("one %s is refused, and says why", async (_, shown, hidden) => {
      await mkdir(join(home, ".local/lib/.orchestrate"), { recursive: true });
      const toolchain = { readable: [join(home, shown)], links: [] };
      const sandbox = open({ hidden: [join(home, ".local", hidden)], toolchain });
      const report = await sandbox.probe();
      expect(report.usable).toBe(false);
      expect(report.remedy).toContain("install Node in a folder of its own");
      await expect(sandbox.run(shellCommand("true"), never)).rejects.toMatchObject({ code: "sandbox_unavailable" });
    });

    test("one around which a folder of keys is made later is refused from then on", async () => {
      const hidden = [join(home, ".local/lib/writ")];
      const sandbox = open({ hidden, toolchain: { readable: [join(home, ".local/lib")], links: [] } });
      expect(await said(sandbox, "echo fine")).toBe("fine\n");
      await mkdir(join(home, ".local/lib/writ"));
      await expect(sandbox.run(shellCommand("true"), never)).rejects.toMatchObject({ code: "sandbox_unavailable" });
    });
  });

  // Only root may make a folder there.
  test.skipIf(process.getuid?.() !== 0)("hidden folders in the system's own are covered in every sandbox", async () => {
    const system = await mkdtemp("/usr/share/writ-hidden-");
    try {
      await mkdir(join(system, "work", ".orchestrate"), { recursive: true });
      await writeFile(join(system, "work", ".orchestrate", "writ.db"), "JOURNAL");
      execFileSync("chmod", ["-R", "go+rX", system]);
      const sandbox = open({ hidden: [join(system, "work", ".orchestrate")] });
      const seen = await sandbox.run(shellCommand(`ls -A ${system}/work ${system}/work/.orchestrate`), never);
      expect(textOf(seen.stdout)).toBe(`${system}/work:\n.orchestrate\n\n${system}/work/.orchestrate:\n`);
    } finally {
      await rm(system, { recursive: true });
    }
  });

  test("35: a descriptor that Writ was started with does not reach the program", async () => {
    const program = `
      import { openBubblewrap } from ${JSON.stringify(join(import.meta.dirname, "bubblewrap.ts"))};
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../system/clock.ts"))};
      import { systemEntropy } from ${JSON.stringify(join(import.meta.dirname, "../system/entropy.ts"))};
      const sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch: ${JSON.stringify(scratch)} });
      const command = ${JSON.stringify({ ...shellCommand(""), argv: ["/bin/bash", "-c", "cat <&200; ls -l /proc/self/fd"] })};
      const result = await sandbox.run(command, new AbortController().signal);
      process.stdout.write(Buffer.from(result.stdout).toString() + Buffer.from(result.stderr).toString());`;
    await writeFile(join(scratch, "leaked"), "LEAKED");
    const inherit = [
      "-c",
      'exec 200<"$1"; exec "$2" --input-type=module -e "$3"',
      "bash",
      join(scratch, "leaked"),
      process.execPath,
      program,
    ];
    const printed = execFileSync("/bin/bash", inherit, { encoding: "utf8" });
    expect(printed).toContain("/dev/null");
    expect(printed).not.toContain("LEAKED");
    expect(printed).not.toContain("leaked");
  });

  test("36: when Writ is killed, at any moment, its programs are, too", async () => {
    const marker = `ORPHAN-${process.pid}`;
    const program = `
      import { openBubblewrap } from ${JSON.stringify(join(import.meta.dirname, "bubblewrap.ts"))};
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../system/clock.ts"))};
      import { systemEntropy } from ${JSON.stringify(join(import.meta.dirname, "../system/entropy.ts"))};
      const sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch: ${JSON.stringify(scratch)} });
      const command = { ...${JSON.stringify(shellCommand(""))}, argv: ["/bin/sh", "-c", "trap '' TERM; setsid sleep 600 & sleep 600", "sh", process.argv[1]] };
      await sandbox.probe();
      process.stdout.write("ready");
      for (let at = 0; at < 40; at += 1) {
        void sandbox.run(command, new AbortController().signal);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }`;
    const running = async (): Promise<readonly string[]> => await processesWith(marker);
    let most = 0;
    for (let round = 0; round < 8; round += 1) {
      const writ = spawn(process.execPath, ["--input-type=module", "-e", program, marker], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(writ, "exit");
      await once(writ.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, 5 + round * 8));
      most = Math.max(most, (await running()).length);
      writ.kill("SIGKILL");
      await ended;
    }
    const until = performance.now() + 2_000;
    while ((await running()).length > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 10));
    // One of its own processes may be left that has run nothing and waits; the next start ends it.
    expect((await running()).filter((line) => !line.startsWith("/usr/bin/bwrap "))).toEqual([]);
    await open().probe();
    while ((await running()).length > 0 && performance.now() < until + 2_000)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await running()).toEqual([]);
    expect(most).toBeGreaterThan(5);
  });

  test("36: what a killed Writ left of a start is ended by the next one, and what runs is left alone", async () => {
    const marker = `LEFT-${process.pid}`;
    const spaces = process.getuid?.() === 0 ? "--unshare-pid" : "--unshare-all";
    const alone = [
      spaces,
      "--ro-bind",
      "/",
      "/",
      "--proc",
      "/proc",
      "--",
      "/bin/sh",
      "-c",
      "sleep 600; true",
      marker,
      GATE,
    ];
    const sandbox = open();
    await sandbox.probe();
    const outer = spawn("/usr/bin/bwrap", alone, { stdio: "ignore" });
    while ((await processesWith(marker)).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    const live = sandbox.run(shellCommand("sleep 0.3; echo done"), never);
    outer.kill("SIGKILL");
    await once(outer, "exit");
    expect(await processesWith(marker)).toHaveLength(2);
    expect(endLeftovers()).toBe(1);
    while ((await processesWith(marker)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(textOf((await live).stdout)).toBe("done\n");
  });

  test("its canary is remembered for this very version, and for no other", async () => {
    const memory = join(scratch, "sandbox-canary.json");
    await rm(memory, { force: true });
    const first = await open().probe();
    const second = await open().probe();
    expect(second).toEqual(first);
    await writeFile(memory, (await readFile(memory, "utf8")).replace("bubblewrap 0", "bubblewrap 9"));
    expect(await readFile(memory, "utf8")).toContain("bubblewrap 9");
    expect((await open().probe()).usable).toBe(true);
    expect(await readFile(memory, "utf8")).not.toContain("bubblewrap 9");
    await writeFile(memory, "{ cut sh");
    expect((await open().probe()).usable).toBe(true);
  });
});

/** Bubblewraps with a hole each, as a wrong version, a wrong option or a wrong kernel would make. */
const DROP_NET = '[ "$a" = --unshare-net ] && continue; [ "$a" = --die-with-parent ] && set -- "$@" $share;';
const HOLES: readonly (readonly [string, string, string])[] = [
  ["the network", DROP_NET, "loopback"],
  ["the machine's files for reading", '[ "$a" = --proc ] && set -- "$@" --ro-bind /var /var;', "secret_file"],
  ["the machine's files for writing", '[ "$a" = --proc ] && set -- "$@" --bind /var /var;', "write_outside"],
  ["a variable of the environment", '[ "$a" = --proc ] && set -- "$@" --setenv TOKEN secret;', "environment"],
  ["the filter", '[ "$a" = --seccomp ] && { shift; n=$((n-1)); continue; };', "filter"],
  ["a folder of the root", '[ "$a" = --proc ] && set -- "$@" --ro-bind /opt /opt;', "folder:/opt"],
];

/** A bubblewrap that does one thing otherwise. @param rewrite of shell: looks at each argument `$a` before it is passed on */
async function holed(folder: string, rewrite: string): Promise<Pick<BubblewrapOptions, "program" | "scratch">> {
  const program = join(folder, "bwrap");
  const share = process.getuid?.() === 0 ? "" : "--share-net";
  const script = `#!/bin/sh\n[ "$1" = --version ] && exec /usr/bin/bwrap --version\nshare=${share}\nn=$#\nwhile [ $n -gt 0 ]; do a=$1; shift; n=$((n-1)); ${rewrite} set -- "$@" "$a"; done\nexec /usr/bin/bwrap "$@"\n`;
  await writeFile(program, script, { mode: 0o755 });
  return { program, scratch: folder };
}

describe.skipIf(isWithoutBubblewrap)("41: a bubblewrap that leaves something open is not used", () => {
  test.each(HOLES)("%s", async (_, rewrite, leak) => {
    const folder = await mkdtemp(join(scratch, "hole-"));
    await chmod(folder, 0o755);
    const sandbox = open(await holed(folder, rewrite));
    const report = await sandbox.probe();
    expect(report.usable).toBe(false);
    expect(report.leaks.join(" ")).toContain(leak);
    await expect(sandbox.run(shellCommand("true"), never)).rejects.toMatchObject({ code: "sandbox_unavailable" });
  });

  test("a folder that is hidden and shown", async () => {
    const folder = await mkdtemp(join(scratch, "hole-"));
    await mkdir(join(folder, "keys"));
    await writeFile(join(folder, "keys", "log.pem"), "PRIVATE", { mode: 0o600 });
    execFileSync("chmod", ["go+rX", folder, join(folder, "keys")]);
    const sandbox = open({
      ...(await holed(folder, `[ "$a" = --proc ] && set -- "$@" --ro-bind ${folder}/keys ${folder}/keys;`)),
      hidden: [join(folder, "keys")],
    });
    expect((await sandbox.probe()).leaks).toContain(`hidden:${folder}/keys`);
    // One that may not be entered is shown all the same.
    await chmod(join(folder, "keys"), 0o700);
    const closed = open({ program: join(folder, "bwrap"), scratch: folder, hidden: [join(folder, "keys")] });
    expect((await closed.probe()).leaks).toContain(`hidden:${folder}/keys`);
  });

  test("nor one that is missing or does not start; each says how to mend it", async () => {
    const missing = await open({ program: "/none/bwrap" }).probe();
    expect(missing).toMatchObject({ usable: false, leaks: [] });
    expect(missing.remedy).toContain("apt-get install -y bubblewrap");
    const folder = await mkdtemp(join(scratch, "broken-"));
    const program = join(folder, "bwrap");
    await writeFile(
      program,
      '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.0 && exit\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    const broken = await open({ program, scratch: folder }).probe();
    expect(broken.remedy).toMatch(/No permissions.*kernel\.unprivileged_userns_clone/);
  });
});
