import type { ReactNode } from "react";
import { Icon } from "../../components/Icon.tsx";

interface Props {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly points: readonly string[];
  readonly children: ReactNode;
}

/** One way to begin. */
export function Card({ icon, title, text, points, children }: Props) {
  return (
    <div className="card">
      <span className="glyph">
        <Icon name={icon} />
      </span>
      <h3>{title}</h3>
      <p className="ink2">{text}</p>
      <ul>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <div className="go">{children}</div>
    </div>
  );
}
