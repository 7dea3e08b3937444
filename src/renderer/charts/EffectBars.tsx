export interface EffectBar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly alwaysLow: number;
  readonly alwaysHigh: number;
}

/** Effects about zero: the point, 95 % limits as a band, the limits for daily looks as a thin line. */
export function EffectBars({ bars, text }: { bars: readonly EffectBar[]; text: (value: number) => string }) {
  const reach = Math.max(1e-12, ...bars.flatMap(({ alwaysLow, alwaysHigh }) => [-alwaysLow, alwaysHigh])) * 1.05;
  const low = Math.min(0, ...bars.map(({ alwaysLow }) => alwaysLow)) < 0 ? -reach : -0.1 * reach;
  const x = (value: number) => `${((value - low) / (reach - low)) * 100}%`;
  const width = (from: number, to: number) => `${(Math.max(0, to - from) / (reach - low)) * 100}%`;
  return (
    <div className="effect-bars">
      {bars.map((bar) => (
        <div key={bar.name}>
          <span className="clip" title={bar.name}>
            {bar.name}
          </span>
          <span
            className="track"
            role="img"
            aria-label={`${bar.name}: ${text(bar.value)}, 95 % limits ${text(bar.low)} to ${text(bar.high)}`}
          >
            <i className="zero" style={{ left: x(0) }} />
            <i className="always" style={{ left: x(bar.alwaysLow), width: width(bar.alwaysLow, bar.alwaysHigh) }} />
            <i className="band" style={{ left: x(bar.low), width: width(bar.low, bar.high) }} />
            <i className="point" style={{ left: x(bar.value) }} />
          </span>
          <span className="num nowrap">
            <b>{text(bar.value)}</b>{" "}
            <span className="limits">
              ({text(bar.low)} to {text(bar.high)})
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}
