import childProcess, { ChildProcess } from "node:child_process";
import { Socket as Datagrams } from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

/** What leaves the process: connections, datagrams, name look-ups, and programs. A socket of the file system does not. */
export type WayOut = "connect" | "send" | "lookup" | "fetch" | "spawn";

/**
 * Stands at every way out of this process, notes who goes and lets nobody
 * through that is not asked to pass.
 */
export class Outside implements Disposable {
  readonly attempts: string[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #open: ReadonlySet<WayOut>;

  /** @param open ways that are noted and go on */
  constructor(open: readonly WayOut[] = []) {
    this.#open = new Set(open);
    const isLocal = (args: readonly unknown[]): boolean => {
      const [first] = args.flat(2);
      return typeof first === "object" && first !== null && "path" in first && typeof first.path === "string";
    };
    this.#guard(Socket.prototype, "connect", "connect", isLocal);
    this.#guard(Datagrams.prototype, "send", "send");
    this.#guard(dns, "lookup", "lookup");
    this.#guard(globalThis, "fetch", "fetch");
    this.#guard(ChildProcess.prototype, "spawn", "spawn");
    this.#guard(childProcess, "spawnSync", "spawn");
    syncBuiltinESMExports();
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
    syncBuiltinESMExports();
  }

  #guard(
    target: object,
    name: string,
    way: WayOut,
    isInside: (args: readonly unknown[]) => boolean = () => false,
  ): void {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== "function") throw new TypeError(`there is no ${name}`);
    const own = Object.getOwnPropertyDescriptor(target, name);
    const { attempts } = this;
    const open = this.#open;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      if (!isInside(args)) {
        attempts.push(`${way} ${JSON.stringify(args)?.slice(0, 200)}`);
        if (!open.has(way)) throw new Error(`nothing leaves here: ${way}`);
      }
      return Reflect.apply(original, this, args);
    };
    Reflect.set(target, name, guarded);
    this.#undo.push(() => {
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, own);
    });
  }
}
