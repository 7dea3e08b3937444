import { type RefObject, useRef, useState } from "react";

interface Needed {
  readonly field: RefObject<HTMLInputElement | null>;
  /** Something was asked for without it, and it still isn't there. */
  readonly isMissed: boolean;
  readonly ask: (work: () => void) => void;
}

/** A field without which something can't be done: who asks for it all the same is led there. */
export function useNeeded(value: string): Needed {
  const field = useRef<HTMLInputElement>(null);
  const [wasMissed, setWasMissed] = useState(false);
  const ask = (work: () => void) => {
    const isMissing = value.trim() === "";
    setWasMissed(isMissing);
    if (isMissing) field.current?.focus();
    else work();
  };
  return { field, isMissed: wasMissed && value.trim() === "", ask };
}
