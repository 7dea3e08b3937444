import "./period-bars.css";

export interface PeriodBar {
  readonly label: string;
  /** Said on hover and read aloud. */
  readonly title: string;
  readonly now: number | null;
  readonly before: number | null;
  /** What stands above the bar. */
  readonly text: string;
  readonly isOpen: boolean;
}

/** The first word of a label, whole where a year begins. */
function shortLabel(bars: readonly PeriodBar[], at: number): readonly [string, string] {
  const [head = "", ...year] = bars[at]?.label.split(" ") ?? [];
  const before = bars[at - 1]?.label.split(" ").slice(1).join(" ");
  return [head, year.join(" ") === before ? "" : year.join(" ")];
}

/** A period a pair of bars: the year before in grey, the period itself beside it, paler while it isn't over. */
export function PeriodBars({ bars, of }: { bars: readonly PeriodBar[]; of: string }) {
  const most = Math.max(1e-9, ...bars.flatMap(({ now, before }) => [now ?? 0, before ?? 0]));
  const height = (value: number | null) => `${(Math.max(0, value ?? 0) / most) * 100}%`;
  return (
    <>
      <div className="legend">
        <span>
          <i className="square" style={{ background: "var(--c1)" }} /> {of}
        </span>
        {bars.some(({ isOpen }) => isOpen) && (
          <span>
            <i className="square pale" /> So far
          </span>
        )}
        <span>
          <i className="square" style={{ background: "var(--other)" }} /> Year before, as many days
        </span>
      </div>
      <ol className="period-bars" style={{ gridTemplateColumns: `repeat(${bars.length}, minmax(0, 1fr))` }}>
        {bars.map((bar, at) => {
          const [head, year] = shortLabel(bars, at);
          return (
            <li key={bar.label} title={bar.title}>
              <span className="sr">{bar.title}</span>
              <span className="amount" aria-hidden="true">
                {bar.text}
              </span>
              <span className="columns" aria-hidden="true">
                {bar.before !== null && <i className="before" style={{ height: height(bar.before) }} />}
                <i className={bar.isOpen ? "now open" : "now"} style={{ height: height(bar.now) }} />
              </span>
              <span className="name" aria-hidden="true">
                {head}
                <small>{year}</small>
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}
