import { AUDIT_ARCH, DENIED, EXAMINED, type FilteredMachine } from "./syscalls.ts";

/** One instruction of the classic packet filter: operation, two jumps, operand. @see linux/filter.h */
type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number];

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const IS_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const IS_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const HAS_BITS = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const refuse = (errno: number): number => 0x0005_0000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Offsets in `struct seccomp_data`; arguments are 64 bits wide, and both machines put the low half first. */
const NUMBER = 0;
const MACHINE = 4;
const argument = (index: number): number => 16 + 8 * index;

/** Numbers from here are the x32 calls of x86-64, a second door to all of them. */
const X32 = 0x4000_0000;
const CLONE_NEWUSER = 0x1000_0000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Unix, IPv4, IPv6 and netlink: the namespace holds the last three in, and vsock, which it does not, is not among them. */
const FAMILIES = [1, 2, 10, 16];

/**
 * The filter a confined program runs under: everything is allowed but the calls of `DENIED`, new user
 * namespaces, typing into a terminal and unusual kinds of socket.
 *
 * `clone3` keeps its flags in memory, where a filter cannot look, so it is said not to exist: callers then use `clone`.
 *
 * @returns bytes of `struct sock_filter[]` in the machine's order, for `bwrap --seccomp`
 */
export function seccompFilter(machine: FilteredMachine): Uint8Array {
  const calls = EXAMINED[machine];
  return assemble([
    [LOAD, 0, 0, MACHINE],
    [IS_EQUAL, 1, 0, AUDIT_ARCH[machine]],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    ...(machine === "x64" ? when([IS_AT_LEAST, X32], refuse(ENOSYS)) : []),
    ...Object.values(DENIED[machine]).flatMap((number) => when([IS_EQUAL, number], refuse(EPERM))),
    ...when([IS_EQUAL, calls.clone3], refuse(ENOSYS)),
    ...examine(calls.clone, 0, when([HAS_BITS, CLONE_NEWUSER], refuse(EPERM)), ALLOW),
    ...examine(calls.unshare, 0, when([HAS_BITS, CLONE_NEWUSER], refuse(EPERM)), ALLOW),
    ...examine(
      calls.ioctl,
      1,
      [TIOCSTI, TIOCLINUX].flatMap((request) => when([IS_EQUAL, request], refuse(EPERM))),
      ALLOW,
    ),
    ...examine(
      calls.socket,
      0,
      FAMILIES.flatMap((family) => when([IS_EQUAL, family], ALLOW)),
      refuse(EAFNOSUPPORT),
    ),
    [RETURN, 0, 0, ALLOW],
  ]);
}

/** The filter of this machine; null where there is none, and then the profile says so. */
export function filterOf(architecture: string): Uint8Array | null {
  return architecture === "x64" || architecture === "arm64" ? seccompFilter(architecture) : null;
}

function when([test, operand]: readonly [number, number], answer: number): readonly Instruction[] {
  return [
    [test, 0, 1, operand],
    [RETURN, 0, 0, answer],
  ];
}

/** For one call, looks at an argument; the accumulator is lost on the way, so each of these ends with an answer. */
function examine(
  call: number,
  index: number,
  tests: readonly Instruction[],
  otherwise: number,
): readonly Instruction[] {
  return [[IS_EQUAL, 0, tests.length + 2, call], [LOAD, 0, 0, argument(index)], ...tests, [RETURN, 0, 0, otherwise]];
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [code, whenTrue, whenFalse, operand]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, whenTrue);
    view.setUint8(index * 8 + 3, whenFalse);
    view.setUint32(index * 8 + 4, operand >>> 0, true);
  }
  return new Uint8Array(view.buffer);
}
