/** A source by its initial and name, grey: never a colour of data. */
export function SourceName({ source, competing = 0 }: { source: string; competing?: number }) {
  const said = competing > 1 ? `${source}, 1 of ${competing}` : source;
  return (
    <span className="clip" title={said}>
      <span className="monogram" aria-hidden="true">
        {source.charAt(0).toUpperCase()}
      </span>
      {said}
    </span>
  );
}
