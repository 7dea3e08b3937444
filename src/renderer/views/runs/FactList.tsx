/** Figures side by side: what each is, how much, and a word beneath. */
export function FactList({ facts }: { facts: readonly (readonly [name: string, value: string, under: string])[] }) {
  return (
    <dl className="fact-list">
      {facts.map(([name, value, under]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className="muted small">{under}</dd>
        </div>
      ))}
    </dl>
  );
}
