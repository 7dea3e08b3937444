import type { ReactNode } from "react";
import { NumberInput } from "./NumberInput.tsx";

interface Props<V extends number | null> {
  readonly label: ReactNode;
  readonly value: V;
  readonly min: number;
  readonly max?: number;
  readonly step?: number;
  /** What an empty field means; without, it stays at what it was. */
  readonly empty?: string;
  readonly onChange: (value: V) => void;
}

/** A labelled number; where an empty field means something it is null. */
export function NumberField<V extends number | null>({ label, empty, ...rest }: Props<V>) {
  return (
    <label className="on">
      {typeof label === "string" ? label : <span>{label}</span>}
      <NumberInput placeholder={empty} takesNothing={empty !== undefined} {...rest} />
    </label>
  );
}
