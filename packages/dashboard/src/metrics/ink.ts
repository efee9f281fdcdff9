import { useSyncExternalStore } from "react";

/** A colour of the style sheet as a canvas takes it: what `light-dark` and `var` come out as here and now. */
export function inkOf(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const DARK = window.matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  DARK.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    DARK.removeEventListener("change", listener);
  };
}

/** Changes whenever colours do: a canvas is drawn anew for it. */
export function useInk(): string {
  return useSyncExternalStore(subscribe, () => `${DARK.matches}${document.documentElement.dataset["theme"] ?? ""}`);
}
