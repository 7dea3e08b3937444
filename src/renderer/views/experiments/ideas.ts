import type { ParamSpec } from "../../../shared/domain/params.ts";

/** Values beside the present one: half and double of it within the range; a quarter and a half of the range where it is nothing. */
export function neighbours(spec: Extract<ParamSpec, { kind: "number" }>): number[] {
  const { default: now, min, max } = spec;
  const within = (value: number) => {
    const near = Math.min(max, Math.max(min, value));
    return spec.integer ? Math.round(near) : Number(near.toPrecision(3));
  };
  const tried =
    now === 0 ? [within(min + (max - min) / 4), within(min + (max - min) / 2)] : [within(now / 2), within(now * 2)];
  return [...new Set(tried)].filter((value) => value !== now);
}
