import type { KeyFigure, Overview } from "../../../shared/api/contract/customers.ts";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { Waterfall, WeeksChart } from "../../charts/Charts.tsx";
import { Spark } from "../../charts/Spark.tsx";
import { Panel, StageName, Term } from "../../components/parts.tsx";
import { compact, day, decimal, instant, integer, money, reason, share, unknown, word } from "../../format/format.ts";

const labels: Readonly<Record<string, string>> = {
  customers: "Customers",
  active: "Active stage",
  revenue: "Revenue, 12 months",
  net_revenue: "Net of returns",
  repeat_rate: "Repeat rate, 12 months",
  return_rate: "Return rate",
};

function figureText(figure: KeyFigure, value: number | null, currency: string): string {
  if (value === null) return unknown;
  return figure.unit === "minor"
    ? money(value, currency, true)
    : figure.unit === "share"
      ? decimal(value * 100, 1)
      : integer(value);
}

function Figure({ figure, currency }: { figure: KeyFigure; currency: string }) {
  const { value, before } = figure;
  const label = labels[figure.name] ?? word(figure.name);
  const change = value !== null && before !== null ? value - before : null;
  const isBad = figure.name === "return_rate";
  const tone = change === null || change === 0 ? "" : change > 0 !== isBad ? "better" : "worse";
  const by =
    change === null
      ? ""
      : figure.unit === "share"
        ? `${change > 0 ? "+" : ""}${decimal(change * 100, 1)} pp`
        : before
          ? `${change > 0 ? "+" : ""}${share(change / before)}`
          : `+${integer(change)}`;
  return (
    <div>
      <div className="k">
        <Term name={figure.name}>
          {label}
          {figure.unit === "minor" ? `, ${currency}` : ""}
        </Term>
      </div>
      <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center", gap: 6 }}>
        <div className="v">
          {figureText(figure, value, currency)}
          {figure.unit === "share" && value !== null ? <small> %</small> : null}
        </div>
        <Spark values={figure.series.map((point) => point.value)} />
      </div>
      <div className="s">
        {value === null ? (
          reason(figure.reason)
        ) : change === null ? (
          "no earlier figure"
        ) : (
          <>
            <span className={tone}>{by}</span> on {figureText(figure, before, currency)}
            {figure.unit === "share" ? " %" : ""}
          </>
        )}
      </div>
    </div>
  );
}

export function OverviewBody({ overview, sources }: { overview: Overview; sources: readonly Source[] }) {
  const { currency, change, stages, total } = overview;
  const unit = (minor: number) =>
    minor /
    10 ** (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);
  const weeks = overview.weeks.map((one) => ({
    week: one.week,
    actual: one.actual_minor === null ? null : unit(one.actual_minor),
    expected: one.expected ? unit(one.expected.value) : null,
    limits:
      one.expected && one.expected.low !== null && one.expected.high !== null
        ? ([unit(one.expected.low), unit(one.expected.high)] as const)
        : null,
    before: one.year_before_minor === null ? null : unit(one.year_before_minor),
  }));
  const sum = change ? change.now_minor - change.before_minor : 0;
  const largest = change?.parts.reduce((a, b) => (Math.abs(b.effect_minor) > Math.abs(a.effect_minor) ? b : a));
  const most = Math.max(1, ...stages.map(({ customers }) => customers));
  const mostValue = Math.max(1, ...stages.map(({ value }) => value?.value ?? 0));
  const active = stages.find(({ stage }) => stage === "active");
  const activeShare =
    active?.value && total.value && total.value.value > 0 ? active.value.value / total.value.value : null;
  return (
    <>
      <div className="strip">
        {overview.figures.slice(0, 6).map((figure) => (
          <Figure key={figure.name} figure={figure} currency={currency} />
        ))}
      </div>
      <div className="grid">
        {change && largest && (
          <Panel
            span="s4"
            title={`${word(largest.name)} moved revenue most`}
            under={`Change in revenue, ${currency}, ${day(change.from)} to ${day(change.to)} on the year before`}
          >
            <Waterfall
              parts={change.parts.map(({ name, effect_minor }) => ({ name: word(name), effect: unit(effect_minor) }))}
              total={unit(sum)}
            />
            <table className="plain">
              <thead>
                <tr>
                  <th />
                  {change.parts.map(({ name }) => (
                    <th key={name} className="num">
                      {word(name)}
                    </th>
                  ))}
                  <th className="num">Revenue</th>
                </tr>
              </thead>
              <tbody>
                {(["before", "now"] as const).map((when) => (
                  <tr key={when}>
                    <td className="ink2">{when === "before" ? "Before" : "Now"}</td>
                    {change.parts.map((part) => (
                      <td key={part.name} className="num">
                        {part.unit === "minor"
                          ? money(part[when], currency)
                          : part[when] >= 100
                            ? integer(part[when])
                            : decimal(part[when])}
                      </td>
                    ))}
                    <td className="num strong">
                      {money(when === "before" ? change.before_minor : change.now_minor, currency, true)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        )}
        <Panel
          span={change ? "s4" : "s8"}
          title="Expected revenue, next 90 days"
          under={`${currency} a week; dashed: expected with 80 % limits; grey: the year before`}
        >
          <div style={{ display: "flex", alignItems: "baseline", gap: 8, marginBottom: 4 }}>
            <span style={{ fontSize: 24, fontWeight: 600 }} className="num">
              {money(overview.expected_90?.value, currency, true)}
            </span>
            {overview.expected_90 && overview.expected_90.low !== null && (
              <span className="muted">
                ({money(overview.expected_90.low, currency, true)}–{money(overview.expected_90.high, currency, true)})
              </span>
            )}
            <span className="ink2" style={{ marginLeft: "auto" }}>
              365 days <b>{money(overview.expected_365?.value, currency, true)}</b>
            </span>
          </div>
          <WeeksChart weeks={weeks} asOf={overview.as_of} />
        </Panel>
        <Panel span="s4" title="Needs attention" under={`In order of money, ${currency}`}>
          {overview.attention.length === 0 && <p className="muted">Nothing stands out.</p>}
          <table className="plain">
            <tbody>
              {overview.attention.slice(0, 6).map((item) => (
                <tr key={item.fact}>
                  <td className="num strong" style={{ width: 64 }}>
                    {money(item.money_minor, currency)}
                  </td>
                  <td>
                    <div className="strong" style={{ fontWeight: 500 }}>
                      {item.fact}
                    </div>
                    <div className="ink2" style={{ fontSize: 12, display: "flex" }}>
                      <span>{item.ground}</span>
                      <a
                        style={{ marginLeft: "auto" }}
                        data-route
                        href={
                          item.where
                            ? `/segments/new?where=${encodeURIComponent(JSON.stringify(item.where))}`
                            : `/${item.screen}`
                        }
                      >
                        {item.action}
                      </a>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
        <Panel
          span="s8"
          title={
            active && activeShare !== null
              ? `Active customers are ${share(active.share, 0)} of the base and ${share(activeShare, 0)} of its expected value`
              : "Customers by lifecycle stage"
          }
          under={`Lifecycle stage on ${day(overview.as_of)}; expected value over the horizon, ${currency}, with 80 % limits`}
        >
          <table className="plain">
            <thead>
              <tr>
                <th>
                  <Term name="lifecycle_stage">Stage</Term>
                </th>
                <th />
                <th className="num">Customers</th>
                <th className="num">Share</th>
                <th className="num">Change, pp</th>
                <th />
                <th className="num">Expected value</th>
                <th>80 % limits</th>
                <th className="num">Each</th>
              </tr>
            </thead>
            <tbody>
              {stages.map((stage) => (
                <tr key={stage.stage}>
                  <td className="strong" style={{ fontWeight: 500 }}>
                    <StageName stage={stage.stage} />
                  </td>
                  <td style={{ width: 110 }}>
                    <Mark stage={stage.stage} size={stage.customers / most} />
                  </td>
                  <td className="num">{integer(stage.customers)}</td>
                  <td className="num">{share(stage.share)}</td>
                  <td className="num">
                    {stage.share_before === null
                      ? unknown
                      : `${stage.share >= stage.share_before ? "+" : ""}${decimal((stage.share - stage.share_before) * 100, 1)}`}
                  </td>
                  <td style={{ width: 110 }}>
                    <Mark stage={stage.stage} size={(stage.value?.value ?? 0) / mostValue} />
                  </td>
                  <td className="num">{money(stage.value?.value, currency, true)}</td>
                  <td className="muted num" style={{ textAlign: "left" }}>
                    {stage.value && stage.value.low !== null
                      ? `(${money(stage.value.low, currency, true)}–${money(stage.value.high, currency, true)})`
                      : ""}
                  </td>
                  <td className="num">
                    {stage.value && stage.customers > 0
                      ? money(stage.value.value / stage.customers, currency)
                      : unknown}
                  </td>
                </tr>
              ))}
              <tr>
                <td className="strong">All</td>
                <td />
                <td className="num strong">{integer(total.customers)}</td>
                <td className="num strong">100.0 %</td>
                <td />
                <td />
                <td className="num strong">{money(total.value?.value, currency, true)}</td>
                <td className="muted num" style={{ textAlign: "left" }}>
                  {total.value && total.value.low !== null
                    ? `(${money(total.value.low, currency, true)}–${money(total.value.high, currency, true)})`
                    : ""}
                </td>
                <td className="num strong">
                  {total.value ? money(total.value.value / Math.max(1, total.customers), currency) : unknown}
                </td>
              </tr>
            </tbody>
          </table>
        </Panel>
        <Panel
          span="s4"
          title="Sources"
          under={`${integer(sources.reduce((n, one) => n + one.rows_rejected, 0))} of ${integer(sources.reduce((n, one) => n + one.rows_accepted + one.rows_rejected + one.rows_repeated, 0))} rows rejected`}
          tools={
            <a href="/sources" data-route>
              Open sources
            </a>
          }
        >
          <table className="plain">
            <thead>
              <tr>
                <th>Source</th>
                <th>Records until</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <tr key={source.source}>
                  <td style={{ fontWeight: 500 }}>{source.source}</td>
                  <td className="ink2">{instant(source.records_until).replace(/ \d{4},/, ",")}</td>
                  <td>
                    {source.rows_rejected > 0 ? (
                      <span className="warn">△ {integer(source.rows_rejected)} rejects</span>
                    ) : source.state === "registered" ? (
                      <span className="muted">○ Nothing yet</span>
                    ) : (
                      <span className="good">✓ Read</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
    </>
  );
}

function Mark({ stage, size }: { stage: string; size: number }) {
  const isProspect = stage === "prospect";
  return (
    <div
      style={{
        height: 13,
        width: `${Math.max(1.5, size * 100)}%`,
        borderRadius: 2,
        background: isProspect ? "none" : `var(--${stage})`,
        border: isProspect ? "1px dashed var(--ink-3)" : "1px solid var(--line)",
      }}
    />
  );
}
