import type { KeyFigure, Overview } from "../../../shared/api/contract/customers.ts";
import { Spark } from "../../charts/Spark.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, exactMoney, integer, money, reason, share, signed, unknown, word } from "../../format/format.ts";

const labels: Readonly<Record<string, readonly [label: string, term: string]>> = {
  customers: ["Customers", "customer"],
  active: ["Active stage", "lifecycle_stage"],
  revenue_minor: ["Revenue, 12 months", "revenue"],
  net_revenue_minor: ["Net of returns", "net_revenue"],
  repeat_rate: ["Repeat rate, 12 months", "repeat_rate"],
  return_rate: ["Return rate, of value", "return_rate"],
};

function text(figure: KeyFigure, value: number | null, currency: string): string {
  if (value === null) return unknown;
  if (figure.unit === "minor") return money(value, currency, true);
  return figure.unit === "share" ? decimal(value * 100, 1) : integer(value);
}

function changeText({ unit }: KeyFigure, value: number, before: number): string {
  const change = value - before;
  if (unit === "share") return `${signed(decimal(change * 100, 1), change)} pp`;
  return before === 0 ? signed(integer(change), change) : signed(share(change / before), change);
}

/** The strip of key figures: value, course, and the change with its base. */
export function Figures({ overview }: { overview: Overview }) {
  return (
    <div className="strip">
      {overview.figures.slice(0, 6).map((figure) => (
        <Figure key={figure.name} figure={figure} currency={overview.currency} />
      ))}
    </div>
  );
}

function Figure({ figure, currency }: { figure: KeyFigure; currency: string }) {
  const { value, before } = figure;
  const [label, term] = labels[figure.name] ?? [word(figure.name), figure.name];
  const change = value !== null && before !== null ? value - before : null;
  const isWorse = change !== null && change > 0 === (figure.name === "return_rate");
  const tone = !change ? "" : isWorse ? "worse" : "better";
  return (
    <div>
      <div className="k">
        <Term name={term}>
          {label}
          {figure.unit === "minor" ? `, ${currency}` : ""}
        </Term>
      </div>
      <div className="row">
        <div className="v" title={figure.unit === "minor" ? exactMoney(value, currency) : undefined}>
          {text(figure, value, currency)}
          {figure.unit === "share" && value !== null && <small> %</small>}
        </div>
        <Spark values={figure.series.map((point) => point.value)} />
      </div>
      <div className="s">
        {value === null ? (
          reason(figure.reason)
        ) : before === null ? (
          "no earlier figure"
        ) : (
          <>
            <span className={tone}>{changeText(figure, value, before)}</span> on {text(figure, before, currency)}
            {figure.unit === "share" ? " %" : ""}
          </>
        )}
      </div>
    </div>
  );
}
