import { useState } from "react";
import { remember, remembered } from "../system/storage.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

function storedTheme(): Theme {
  const stored = remembered("theme");
  return THEMES.find((theme) => theme === stored) ?? "system";
}

/** Light, dark, or as the system has it. */
export function applyTheme(theme: Theme = storedTheme()): void {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(storedTheme);
  return [
    theme,
    (next) => {
      remember("theme", next === "system" ? null : next);
      applyTheme(next);
      setTheme(next);
    },
  ];
}
