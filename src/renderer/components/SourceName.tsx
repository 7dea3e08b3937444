import { useSourceLabels } from "../client/use-source-labels.ts";

interface Props {
  /** One, or several that say the same. */
  readonly source: string | readonly string[];
  /** How many values competed with what it says. */
  readonly competing?: number;
}

/** A source by its initial and name, grey: never a colour of data. */
export function SourceName({ source, competing = 0 }: Props) {
  const labelOf = useSourceLabels();
  const sources = typeof source === "string" ? [source] : source;
  const among = competing > 1 ? `, 1 of ${competing}` : "";
  const label = sources.map(labelOf).join(", ");
  return (
    <span className="clip" title={sources.join(", ") + among}>
      <span className="monogram" aria-hidden="true">
        {label.charAt(0).toUpperCase()}
      </span>
      {label + among}
    </span>
  );
}
