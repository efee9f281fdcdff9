import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { remember, remembered } from "../system/storage.ts";

/** A key, or two in a row such as `g r`, with what it does in a few words. */
export interface KeyBinding {
  readonly keys: string;
  readonly does: string;
  readonly act: () => void;
}

interface Keys {
  readonly register: (bindings: readonly KeyBinding[]) => () => void;
  readonly shown: readonly KeyBinding[];
  readonly single: "on" | "off";
  readonly switchSingle: (to: "on" | "off") => void;
}

const Context = createContext<Keys | null>(null);
/** The second key of a pair counts this long. */
const PAIR_MS = 1_500;

/** Keys that move and focus. None decides, none fires inside a field, and all can be switched off. */
export function KeysProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const registered = useRef(new Set<readonly KeyBinding[]>());
  const [shown, setShown] = useState<readonly KeyBinding[]>([]);
  const [single, setSingle] = useState<"on" | "off">(remembered("keys") === "off" ? "off" : "on");
  const prefix = useRef("");
  useEffect(() => {
    let timer: number | undefined;
    const press = (event: KeyboardEvent): void => {
      if (single === "off" || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      const pressed = prefix.current === "" ? event.key : `${prefix.current} ${event.key}`;
      prefix.current = "";
      window.clearTimeout(timer);
      const all = [...registered.current].flat();
      if (all.some(({ keys }) => keys.startsWith(`${pressed} `))) {
        prefix.current = pressed;
        timer = window.setTimeout(() => (prefix.current = ""), PAIR_MS);
        return;
      }
      // The page that came last answers first.
      const binding = all.toReversed().find(({ keys }) => keys === pressed);
      if (binding === undefined || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      binding.act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [single]);
  const value = useMemo<Keys>(
    () => ({
      register: (bindings) => {
        registered.current.add(bindings);
        setShown([...registered.current].flat());
        return () => {
          registered.current.delete(bindings);
          setShown([...registered.current].flat());
        };
      },
      shown,
      single,
      switchSingle: (to) => {
        remember("keys", to);
        setSingle(to);
      },
    }),
    [shown, single],
  );
  return <Context value={value}>{children}</Context>;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

export function useKeysShown(): Pick<Keys, "shown" | "single" | "switchSingle"> {
  const keys = use(Context);
  if (keys === null) throw new Error("outside of KeysProvider");
  return keys;
}

/** Keys of the component that is shown. What they do is read when they are pressed, so it may change freely. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const keys = use(Context);
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const names = bindings.map(({ keys, does }) => `${keys}\t${does}`).join("\n");
  const register = keys?.register;
  const stable = useRef(register);
  useEffect(() => {
    stable.current = register;
  });
  useEffect(() => {
    const standing = names.split("\n").map((line, index) => {
      const [pressed = "", does = ""] = line.split("\t");
      return { keys: pressed, does, act: () => latest.current[index]?.act() };
    });
    return names === "" ? undefined : stable.current?.(standing);
  }, [names]);
}
