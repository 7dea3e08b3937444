import { type ReactNode, useEffect, useRef } from "react";

const focusable = ["a[href]", "summary", "[tabindex='0']"]
  .concat(["input", "button", "select", "textarea"].map((name) => `${name}:not(:disabled)`))
  .join(", ");

/** A dialog over the page: Escape and the backdrop close it, the focus stays inside and goes back to its opener. */
export function Dialog({
  label,
  onClose,
  children,
  className = "",
  isForm = false,
  isBusy = false,
}: {
  label: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** Holds what somebody filled in: a click beside it doesn't throw that away. */
  isForm?: boolean;
  /** Does something that has a Cancel of its own: until then Escape doesn't leave it. */
  isBusy?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const first = box.current?.querySelector<HTMLElement>(focusable);
    (first ?? box.current)?.focus();
    return () => opener?.focus();
  }, []);
  const keep = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      return isBusy ? undefined : onClose();
    }
    if (event.key !== "Tab") return;
    const inside = [...(box.current?.querySelectorAll<HTMLElement>(focusable) ?? [])].filter(
      (one) => one.closest("[hidden]") === null,
    );
    const edge = event.shiftKey ? inside[0] : inside.at(-1);
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? inside.at(-1) : inside[0])?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the backdrop only repeats what Escape and Close do
    <div
      className="overlay"
      onMouseDown={(event) => !isForm && !isBusy && event.target === event.currentTarget && onClose()}
    >
      <div
        ref={box}
        role="dialog"
        aria-modal="true"
        aria-label={label}
        tabIndex={-1}
        className={`dialog fade ${className}`}
        onKeyDown={keep}
      >
        {children}
      </div>
    </div>
  );
}

/** The one button of a dialog that only tells. */
export function CloseRow({ onClose }: { onClose: () => void }) {
  return (
    <div className="actions">
      <button type="button" className="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
