export interface LimitBar {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Bars from zero with thin whiskers, their values beside them. */
export function LimitBars({ bars, text }: { bars: readonly LimitBar[]; text: (value: number) => string }) {
  const most = Math.max(1e-9, ...bars.map(({ value, high }) => high ?? value));
  const at = (value: number) => `${(value / most) * 100}%`;
  return (
    <div className="limit-bars">
      {bars.map(({ name, value, low, high }) => (
        <div key={name}>
          <span className="clip" title={name}>
            {name}
          </span>
          <span className="track">
            <i className="fill" style={{ width: at(value) }} />
            {low !== null && high !== null && (
              <i className="whisker" style={{ left: at(low), width: at(Math.max(0, high - low)) }} />
            )}
          </span>
          <span className="num">
            {text(value)}{" "}
            <span className="limits">{low === null || high === null ? "" : `(${text(low)}–${text(high)})`}</span>
          </span>
        </div>
      ))}
    </div>
  );
}
