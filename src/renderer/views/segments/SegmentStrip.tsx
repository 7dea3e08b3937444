import type { SegmentFigures } from "../../../shared/api/contract/segments.ts";
import { Term } from "../../components/Term.tsx";
import { compact, decimal, exactMoney, integer, money, share, unknown } from "../../format/format.ts";

interface Props {
  readonly figures: SegmentFigures | undefined;
  readonly currency: string;
  readonly isWaiting: boolean;
  /** How many an exported list leaves out; undefined while that isn't known. */
  readonly leftOut: number | undefined;
}

/** Size, money, reach and what is expected, following every edit. */
export function SegmentStrip({ figures, currency, isWaiting, leftOut }: Props) {
  const customers = figures?.customers ?? 0;
  const value = figures?.predicted_value;
  const orders = figures?.expected_purchases;
  return (
    <div className="strip" data-waiting={isWaiting}>
      <Figure
        name="Customers"
        value={integer(figures?.customers)}
        more={figures ? `${share(customers / Math.max(1, figures.of))} of ${integer(figures.of)}` : ""}
      />
      <Figure
        name={`Revenue, ${currency}`}
        term="revenue"
        value={money(figures?.revenue_minor, currency, true)}
        exact={exactMoney(figures?.revenue_minor, currency)}
        more={figures ? `net of returns ${money(figures.net_revenue_minor, currency, true)}` : ""}
      />
      <Figure
        name="Reach by e-mail"
        term="reachable"
        value={integer(figures?.reachable)}
        beside={customers > 0 && figures ? share(figures.reachable / customers) : ""}
        more={reachText(figures, leftOut)}
      />
      <Figure
        name={`Predicted value, ${currency}`}
        term="predicted_value"
        value={money(value?.value, currency, true)}
        exact={exactMoney(value?.value, currency)}
        beside={
          value && value.low !== null
            ? `(${money(value.low, currency, true)}–${money(value.high, currency, true)})`
            : ""
        }
        more={`${figures?.horizon_days ?? 365} days`}
      />
      <Figure
        name={`Expected orders, ${figures?.horizon_days ?? 365} days`}
        term="expected_purchases"
        value={orders ? integer(orders.value) : unknown}
        beside={orders && orders.low !== null ? `(${compact(orders.low)}–${compact(orders.high)})` : ""}
        more={orders && customers > 0 ? `${decimal(orders.value / customers)} each` : ""}
      />
    </div>
  );
}

/** What becomes of those who can't be reached: left out of a list, or in it without an address where none is known of anybody. */
function reachText(figures: SegmentFigures | undefined, leftOut: number | undefined): string {
  if (!figures || leftOut === undefined) return "";
  if (leftOut > 0) return `${integer(leftOut)} would be left out`;
  return figures.reachable < figures.customers ? "lists name all of them, by id" : "";
}

interface FigureProps {
  readonly name: string;
  readonly term?: string;
  readonly value: string;
  readonly exact?: string;
  readonly beside?: string;
  readonly more: string;
}

function Figure({ name, term, value, exact, beside, more }: FigureProps) {
  return (
    <div>
      <div className="k">{term ? <Term name={term}>{name}</Term> : name}</div>
      <div className="v clip" title={exact}>
        {value} <small>{beside}</small>
      </div>
      <div className="s">{more}&nbsp;</div>
    </div>
  );
}
