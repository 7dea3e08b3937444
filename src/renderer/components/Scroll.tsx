import type { ReactNode } from "react";

interface Props {
  readonly label: string;
  /** Not higher than a third of the screen, the heads staying in view. */
  readonly isLimited?: boolean;
  /** Drawn as a box of its own, not as the panel's inside. */
  readonly isFramed?: boolean;
  readonly children: ReactNode;
}

/** What may be wider or higher than its panel: it scrolls, by keyboard too. */
export function Scroll({ label, isLimited = false, isFramed = false, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={isFramed ? "sample" : isLimited ? "scroll limited" : "scroll"} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
