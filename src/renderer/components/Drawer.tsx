import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./Icon.tsx";

interface Props {
  readonly label: string;
  /** The same on a page of its own. */
  readonly whole: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Details at the right of a list, which stays in reach; Escape closes it where no dialog lies above. */
export function Drawer({ label, whole, onClose, children }: Props) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("[role=dialog]")) return;
      if (event.target instanceof HTMLElement && event.target.closest("input[type=search]")) return;
      close.current();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <aside className="drawer fade" aria-label={label}>
      <div className="drawer-tools">
        <a className="button" href={whole} data-route>
          Open the whole page
        </a>
        <button type="button" className="button quiet" aria-label="Close the details" title="Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </aside>
  );
}
