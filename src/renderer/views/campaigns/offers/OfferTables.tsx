import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { Panel } from "../../../components/Panel.tsx";
import { Scroll } from "../../../components/Scroll.tsx";
import { State } from "../../../components/State.tsx";
import { chance, integer, money, share, unknown } from "../../../format/format.ts";
import { effectMoney, effectPoints } from "../words.ts";

const offerName = (category: string | null, depth: number) => `${share(depth, 0)} off ${category ?? "everything"}`;

function Tested({ isTested }: { isTested: boolean }) {
  return isTested ? <State tone="good">Tested</State> : <State tone="warn">Not tested</State>;
}

/** Which offers the plan makes, and how many of each. */
export function GroupsTable({ plan }: { plan: OfferPlan }) {
  const { currency } = useBrand();
  return (
    <Panel
      title={plan.groups.length === 1 ? "One offer" : `${integer(plan.groups.length)} offers`}
      under={`What each of them is expected to do, ${currency}`}
    >
      <Scroll label="Offers" isLimited>
        <table className="plain">
          <thead>
            <tr>
              <th>Offer</th>
              <th className="num">Customers</th>
              <th className="num">Cost</th>
              <th className="num">Given away</th>
              <th className="num">Margin added</th>
              <th className="verdict">Price cut</th>
            </tr>
          </thead>
          <tbody>
            {plan.groups.map((one) => (
              <tr key={offerName(one.category, one.depth)}>
                <td className="medium nowrap">{offerName(one.category, one.depth)}</td>
                <td className="num strong">{integer(one.customers)}</td>
                <td className="num">{money(one.spend_minor, currency)}</td>
                <td className="num">{money(one.given_away_minor, currency)}</td>
                <td className="num">{effectMoney(one.expected_minor, currency)}</td>
                <td className="verdict nowrap">
                  <Tested isTested={one.is_tested} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}

/** The customers with most to gain, each with the own offer and why. */
export function RowsTable({ plan }: { plan: OfferPlan }) {
  const { currency } = useBrand();
  return (
    <Panel
      title="Who is offered what"
      under={`The first ${integer(plan.rows.length)} of ${integer(plan.contacts)} by margin added, ${currency}; 80 % limits of people like them`}
    >
      <Scroll label="Customers and their offers">
        <table className="plain">
          <thead>
            <tr>
              <th>Customer</th>
              <th>Offer</th>
              <th>Product to show</th>
              <th className="num">Buys anyway</th>
              <th className="num">Offer adds</th>
              <th className="num">Cost</th>
              <th className="num">Margin added</th>
            </tr>
          </thead>
          <tbody>
            {plan.rows.map((row) => (
              <tr key={row.customer_id}>
                <td className="nowrap">
                  <a href={`/customers/${row.customer_id}`} data-route className={row.name ? "" : "mono"}>
                    {row.name ?? row.customer_id.slice(0, 10)}
                  </a>
                </td>
                <td className="medium nowrap">{row.offer}</td>
                <td className="ink2 clip product" title={row.product ?? row.product_id ?? ""}>
                  {row.product ?? row.product_id ?? unknown}
                </td>
                <td className="num">{chance(row.buys_anyway, "share")}</td>
                <td className="num nowrap">{effectPoints(row.added_chance)}</td>
                <td className="num">{effectMoney(row.spend_minor, currency).replace("+", "")}</td>
                <td className="num nowrap">
                  <b>{effectMoney(row.expected_minor, currency)}</b>{" "}
                  <span className="limits">
                    ({effectMoney(row.expected_minor_low, currency)} to {effectMoney(row.expected_minor_high, currency)}
                    )
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
