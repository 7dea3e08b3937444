import type { ReactNode } from "react";

interface Props {
  readonly label: string;
  /** Not higher than a third of the screen, the heads staying in view. */
  readonly isLimited?: boolean;
  readonly children: ReactNode;
}

/** What may be wider or higher than its panel: it scrolls, by keyboard too. */
export function Scroll({ label, isLimited = false, children }: Props) {
  return (
    <section className={isLimited ? "scroll limited" : "scroll"} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
