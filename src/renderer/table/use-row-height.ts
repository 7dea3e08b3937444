import { useAsk } from "../client/queries.ts";

export const densities = { compact: 28, usual: 32, roomy: 40 } as const;
export type Density = keyof typeof densities;

export function readDensity(value: unknown): Density {
  return value === "compact" || value === "roomy" ? value : "usual";
}

/** Height of a table's row in pixels, as chosen in the settings. */
export function useRowHeight(): number {
  const settings = useAsk("settings.read", {});
  return densities[readDensity(settings.data?.values.density)];
}
