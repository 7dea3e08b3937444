import { type ReactNode, useId, useRef, useState } from "react";
import { glossary } from "../../shared/domain/glossary.ts";

/** A term of the glossary, explained on hover and on focus. */
export function Term({ name, help, children }: { name: string; help?: string | undefined; children: ReactNode }) {
  const text = help ?? glossary[name]?.help;
  const id = useId();
  const mark = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  if (!text) return <span>{children}</span>;
  const show = () => {
    const box = mark.current?.getBoundingClientRect();
    if (box) setPlace({ left: Math.min(box.left, window.innerWidth - 300), top: box.bottom + 6 });
  };
  const hide = () => setPlace(null);
  return (
    <button
      ref={mark}
      type="button"
      className="term"
      aria-describedby={place ? id : undefined}
      onMouseEnter={show}
      onMouseLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={(event) => event.key === "Escape" && hide()}
    >
      {children}
      {place && (
        <span role="tooltip" id={id} className="tip" style={place}>
          {text}
        </span>
      )}
    </button>
  );
}
