import type { ReactNode } from "react";

interface Props<V extends number | null> {
  readonly label: ReactNode;
  readonly value: V;
  readonly min: number;
  readonly max?: number;
  readonly step?: number;
  /** What an empty field means; without, it is 0. */
  readonly empty?: string;
  readonly onChange: (value: V) => void;
}

/** A labelled number; where an empty field means something it is null. */
export function NumberField<V extends number | null>({ label, value, min, max, step, empty, onChange }: Props<V>) {
  return (
    <label className="on">
      {typeof label === "string" ? label : <span>{label}</span>}
      <input
        className="field"
        type="number"
        min={min}
        max={max}
        step={step}
        placeholder={empty}
        value={value ?? ""}
        onChange={({ target }) =>
          onChange((target.value === "" && empty !== undefined ? null : Number(target.value)) as V)
        }
      />
    </label>
  );
}
