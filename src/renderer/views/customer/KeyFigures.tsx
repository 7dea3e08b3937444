import type { Customer } from "../../../shared/api/contract/customers.ts";
import { Term } from "../../components/Term.tsx";
import { chance, day, decimal, exactMoney, integer, money, reason, share, unknown } from "../../format/format.ts";

/** What is known of the customer in six numbers; what isn't says why. */
export function KeyFigures({ data, currency }: { data: Customer; currency: string }) {
  const { profile } = data;
  const number = (name: string) => (typeof profile[name] === "number" ? profile[name] : null);
  const reasons = profile.reasons;
  const why = (name: string) =>
    reasons !== null && typeof reasons === "object" && !Array.isArray(reasons) ? reason(reasons[name]) : "";
  const buys = number("probability_purchase");
  const score = data.scores.find(({ name }) => name === "probability_purchase");
  const rate = number("return_rate");
  const first = profile.first_order_on;
  return (
    <div className="strip low">
      <Key
        label={`Net revenue, ${currency}`}
        term="net_revenue"
        value={money(number("net_revenue_minor"), currency)}
        exact={exactMoney(number("net_revenue_minor"), currency)}
        more={`of ${money(number("revenue_minor"), currency)}`}
      />
      <Key
        label="Orders"
        value={integer(number("order_count"))}
        more={typeof first === "string" ? `since ${day(first)}` : ""}
      />
      <Key
        label={`Average order, ${currency}`}
        value={money(number("average_order_minor"), currency)}
        exact={exactMoney(number("average_order_minor"), currency)}
        more={why("average_order_minor")}
      />
      <Key
        label="Return rate"
        term="return_rate"
        value={rate === null ? unknown : share(rate)}
        more={rate === null ? why("return_rate") : `${integer(number("return_count"))} sent back`}
      />
      <Key
        label={score?.unit ? `P(buys), ${score.unit.replace("chance, ", "")}` : "P(buys)"}
        value={chance(buys, "decimal")}
        more={
          buys === null ? why("probability_purchase") : score?.median == null ? "" : `median ${decimal(score.median)}`
        }
      />
      <Key label="In segments" value={integer(data.segments.length)} more={data.segments.slice(0, 2).join(", ")} />
    </div>
  );
}

interface KeyProps {
  readonly label: string;
  readonly term?: string;
  readonly value: string;
  readonly exact?: string;
  readonly more: string;
}

function Key({ label, term, value, exact, more }: KeyProps) {
  return (
    <div>
      <div className="k">{term ? <Term name={term}>{label}</Term> : label}</div>
      <div className="v clip">
        <span title={exact}>{value}</span> <small title={more}>{more}</small>
      </div>
    </div>
  );
}
