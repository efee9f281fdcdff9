import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";

import { shellCommand, textOf } from "@writ/testkit/contracts/sandbox";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { systemClock } from "../system/clock.ts";
import { systemEntropy } from "../system/entropy.ts";
import { openBubblewrap } from "./bubblewrap.ts";
import { filterOf, seccompFilter } from "./seccomp.ts";
import { AUDIT_ARCH, DENIED, EXAMINED, type FilteredMachine } from "./syscalls.ts";

const ALLOWED = "allowed";
const refused = (errno: number): string => `errno ${errno}`;
const NEW_USER = 0x1000_0000;

interface Call {
  readonly arch: number;
  readonly number: number;
  readonly args: readonly number[];
}

/** The kernel's reading of a filter, as far as ours goes. */
function answer(filter: Uint8Array, call: Call): string {
  const view = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.length; at += 1) {
    const [code, yes, no, operand] = [
      view.getUint16(at * 8, true),
      view.getUint8(at * 8 + 2),
      view.getUint8(at * 8 + 3),
      view.getUint32(at * 8 + 4, true),
    ];
    if (code === 0x06)
      return operand === 0x7fff_0000 ? ALLOWED : operand === 0x8000_0000 ? "killed" : refused(operand & 0xffff);
    if (code === 0x20)
      accumulator = operand === 0 ? call.number : operand === 4 ? call.arch : (call.args[(operand - 16) / 8] ?? 0);
    else at += isTrue(code, accumulator, operand) ? yes : no;
  }
  return "ran off the end";
}

function isTrue(code: number, accumulator: number, operand: number): boolean {
  if (code === 0x15) return accumulator === operand;
  if (code === 0x35) return accumulator >= operand;
  if (code === 0x45) return (accumulator & operand) !== 0;
  throw new Error(`no such instruction: ${code}`);
}

describe.each<FilteredMachine>(["x64", "arm64"])("the filter of %s", (machine) => {
  const filter = seccompFilter(machine);
  const calls = EXAMINED[machine];
  const ask = (number: number, ...args: number[]): string =>
    answer(filter, { arch: AUDIT_ARCH[machine], number, args });

  test("refuses what lets programs out", () => {
    const named = [
      "ptrace",
      "keyctl",
      "add_key",
      "bpf",
      "userfaultfd",
      "io_uring_setup",
      "io_uring_enter",
      "io_uring_register",
      "mount",
      "setns",
      "process_vm_readv",
      "perf_event_open",
    ];
    for (const name of named) expect([name, ask(DENIED[machine][name] ?? -1)]).toEqual([name, refused(1)]);
    for (const number of Object.values(DENIED[machine])) expect(ask(number)).toBe(refused(1));
    expect(new Set(Object.values(DENIED[machine])).size).toBe(Object.keys(DENIED[machine]).length);
  });

  test("looks at arguments: new user namespaces, typing into a terminal, kinds of socket", () => {
    expect(ask(calls.clone, NEW_USER | 17)).toBe(refused(1));
    expect(ask(calls.clone, 0x01200011)).toBe(ALLOWED);
    expect(ask(calls.clone3, 0)).toBe(refused(38));
    expect(ask(calls.unshare, NEW_USER)).toBe(refused(1));
    expect(ask(calls.unshare, 0x400)).toBe(ALLOWED);
    expect(ask(calls.ioctl, 0, 0x5412)).toBe(refused(1));
    expect(ask(calls.ioctl, 0, 0x541c)).toBe(refused(1));
    expect(ask(calls.ioctl, 0x5412, 0x5401)).toBe(ALLOWED);
    for (const family of [1, 2, 10, 16]) expect(ask(calls.socket, family)).toBe(ALLOWED);
    for (const family of [17, 38, 40, 44]) expect(ask(calls.socket, family)).toBe(refused(97));
  });

  test("answers every call of every machine, and allows what it does not name", () => {
    const named = new Set([...Object.values(DENIED[machine]), ...Object.values(calls)]);
    let [others, foreign] = [0, 0];
    fc.assert(
      fc.property(
        fc.nat({ max: 600 }),
        fc.array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (number, args, isOurs) => {
          const given = answer(filter, { arch: isOurs ? AUDIT_ARCH[machine] : 0x4000_0003, number, args });
          if (!isOurs) {
            foreign += 1;
            expect(given).toBe("killed");
          } else if (!named.has(number)) {
            others += 1;
            expect(given).toBe(ALLOWED);
          } else expect(given).toMatch(/^(allowed|errno (1|38|97))$/);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(others).toBeGreaterThan(500);
    expect(foreign).toBeGreaterThan(500);
  });
});

test("the second door of x86-64 to all calls is shut", () => {
  const number = 0x4000_0000 + 101;
  expect(answer(seccompFilter("x64"), { arch: AUDIT_ARCH.x64, number, args: [] })).toBe(refused(38));
});

test("another machine has no filter, and the profile says so", () => {
  expect(filterOf("riscv64")).toBeNull();
  expect(filterOf(arch())).toEqual(seccompFilter(arch() === "arm64" ? "arm64" : "x64"));
});

describe.skipIf(isWithoutBubblewrap)("the kernel under this filter", () => {
  /** The error number of each call, 0 where it succeeds; every argument but the first is 0. */
  const PROGRAM =
    'print join(",", map { my ($n, $a) = split /:/; $! = 0; my $r = syscall($n, $a + 0, 0, 0, 0, 0); $r == -1 ? $! + 0 : 0 } @ARGV)';
  const machine = arch() === "arm64" ? "arm64" : "x64";
  const calls = EXAMINED[machine];

  test("refuses the same, to a program that really asks", async () => {
    const scratch = await mkdtemp(join("/var/tmp", "writ-seccomp-"));
    const sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch });
    const examined = [`${calls.unshare}:${NEW_USER}`, `${calls.clone3}:0`, `${calls.socket}:40`, `${calls.socket}:38`];
    const asked = [...Object.values(DENIED[machine]).map(String), ...examined];
    const command = { ...shellCommand(""), argv: ["/usr/bin/perl", "-e", PROGRAM, ...asked] };
    const result = await sandbox.run(command, new AbortController().signal);
    const expected = [...Object.values(DENIED[machine]).map(() => 1), 1, 38, 97, 97];
    expect(textOf(result.stdout)).toBe(expected.join(","));
    // The control: without the filter the same program is let through, or stopped by something else.
    const harmless = ["ptrace", "add_key", "userfaultfd", "io_uring_setup", "process_vm_readv"].map((name) =>
      String(DENIED[machine][name]),
    );
    const outside = execFileSync("/usr/bin/perl", ["-e", PROGRAM, ...harmless], { encoding: "utf8" }).split(",");
    expect(outside.filter((errno) => errno !== "1").length).toBeGreaterThan(2);
    await rm(scratch, { recursive: true, force: true });
  });
});
