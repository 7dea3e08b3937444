import { type InputHTMLAttributes, useState } from "react";

type Rest = Omit<InputHTMLAttributes<HTMLInputElement>, "type" | "value" | "onChange" | "onBlur">;
interface Props<V extends number | null> extends Rest {
  readonly value: V;
  /** Whether an empty field means something: it is null then. */
  readonly takesNothing?: boolean;
  readonly onChange: (value: V) => void;
}

/** A number's field: what is typed stands as it was typed while the field has the focus, also where it is empty or not a number yet. */
export function NumberInput<V extends number | null>({ value, takesNothing = false, onChange, ...rest }: Props<V>) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    setTyped(text);
    if (text.trim() === "") {
      if (takesNothing) onChange(null as V);
    } else if (Number.isFinite(Number(text))) onChange(Number(text) as V);
  };
  return (
    <input
      className="field"
      {...rest}
      type="number"
      value={typed ?? value ?? ""}
      onChange={(event) => change(event.target.value)}
      onBlur={() => setTyped(null)}
    />
  );
}
