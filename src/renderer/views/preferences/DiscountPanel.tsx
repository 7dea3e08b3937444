import type { DiscountGroup, Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, reason, share, word } from "../../format/format.ts";
import { discountFinding } from "./findings.ts";

const under = "Customers with three lines or more by their raw share of reduced lines";

function name({ low, high }: DiscountGroup): string {
  if (low === high) return low === 0 ? "None reduced" : "All reduced";
  return `${low === 0 ? "under" : `${share(low, 0).replace(" %", "")}–`}${low === 0 ? " " : ""}${share(high, 0)}`;
}

/** What a raw share of reduced lines says once what the shop offered is taken into account. */
export function DiscountPanel({ data }: { data: Preferences["discount"] }) {
  if (data.by_raw_share.length === 0)
    return (
      <Panel title="No discount affinity" under="Share of reduced lines, given what was on offer">
        <p className="muted">{word(reason(data.reason))}.</p>
      </Panel>
    );
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Raw share</th>
          <th className="num">Customers</th>
          <th className="num">Mean raw share</th>
          <th className="num">Mean affinity</th>
          <th>Middle 80 %</th>
          <th className="num">Exposure</th>
        </tr>
      </thead>
      <tbody>
        {data.by_raw_share.map((group) => (
          <tr key={group.low + group.high}>
            <td>{name(group)}</td>
            <td className="num">{integer(group.customers)}</td>
            <td className="num">{decimal(group.raw_share)}</td>
            <td className="num">{decimal(group.affinity)}</td>
            <td className="limits">{`(${decimal(group.affinity_low)}–${decimal(group.affinity_high)})`}</td>
            <td className="num">{share(group.exposure)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  const at = (value: number) => `${Math.min(1, Math.max(0, value)) * 100}%`;
  return (
    <Panel title={discountFinding(data)} under={under} table={table}>
      <div
        className="dumbbells"
        role="img"
        aria-label={`${under}: raw share against affinity; the same as a table above`}
      >
        <div className="dumbbell-head">
          <span>Raw share</span>
          <span className="axis">
            {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
              <i key={tick} style={{ left: at(tick) }}>
                {share(tick, 0)}
              </i>
            ))}
          </span>
          <span className="num">Customers</span>
          <span className="num">Exposure</span>
        </div>
        {data.by_raw_share.map((group) => (
          <div key={group.low + group.high}>
            <span>{name(group)}</span>
            <span className="track">
              {data.mean_affinity !== null && <i className="mean" style={{ left: at(data.mean_affinity) }} />}
              <i
                className="band"
                style={{ left: at(group.affinity_low), width: at(group.affinity_high - group.affinity_low) }}
              />
              <i
                className="raw"
                style={{ left: at(group.raw_share) }}
                title={`Raw share ${decimal(group.raw_share)}`}
              />
              <i className="dot" style={{ left: at(group.affinity) }} title={`Affinity ${decimal(group.affinity)}`} />
            </span>
            <span className="num">{integer(group.customers)}</span>
            <span className="num">{share(group.exposure)}</span>
          </div>
        ))}
      </div>
      <p className="dumbbell-legend">
        <span>
          <i className="mark-of raw" /> raw share
        </span>
        <span>
          <i className="mark-of dot" />{" "}
          <span>
            <Term name="discount_affinity">affinity</Term>, mean and middle 80 %
          </span>
        </span>
        <span>
          <i className="mark-of mean" /> mean of all, {decimal(data.mean_affinity)}
        </span>
      </p>
    </Panel>
  );
}
