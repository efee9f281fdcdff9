import { useState } from "react";
import { remember, remembered } from "../system/storage.ts";

export const DENSITIES = [
  ["roomy", "Roomy"],
  ["normal", "Normal"],
  ["compact", "Compact"],
] as const;
export type Density = (typeof DENSITIES)[number][0];

/** Height of a row in px. */
export const ROW_HEIGHT: Readonly<Record<Density, number>> = { roomy: 48, normal: 36, compact: 28 };

export function useDensity(): readonly [Density, (density: Density) => void] {
  const [density, setDensity] = useState<Density>(() => {
    const stored = remembered("density");
    return DENSITIES.find(([name]) => name === stored)?.[0] ?? "normal";
  });
  return [
    density,
    (next) => {
      remember("density", next);
      setDensity(next);
    },
  ];
}
