import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { Panel } from "../../../components/Panel.tsx";
import { Term } from "../../../components/Term.tsx";
import { integer, money, share, unknown } from "../../../format/format.ts";
import { effectMoney } from "../words.ts";

interface Line {
  readonly name: string;
  readonly customers: number;
  readonly spend: number;
  readonly given: number;
  readonly expected: { readonly value: number; readonly low: number; readonly high: number } | null;
}

/** The plan beside simpler ways, and beside no offer at all. */
export function ComparePanel({ plan }: { plan: OfferPlan }) {
  const { currency } = useBrand();
  const { everybody, at_random, gain } = plan;
  const cut = everybody ? share(everybody.depth, 0) : "";
  const lines: Line[] = [
    {
      name: "This plan",
      customers: plan.contacts,
      spend: plan.spend_minor,
      given: plan.given_away_minor,
      expected: plan.expected,
    },
    ...(at_random
      ? [
          {
            name: `${cut} off everything, as many at random as cost the same`,
            customers: at_random.contacts,
            spend: at_random.spend_minor,
            given: at_random.given_away_minor,
            expected: at_random.expected,
          },
        ]
      : []),
    ...(everybody
      ? [
          {
            name: `${cut} off everything for everybody`,
            customers: everybody.contacts,
            spend: everybody.spend_minor,
            given: everybody.given_away_minor,
            expected: everybody.expected,
          },
        ]
      : []),
    { name: "No offer", customers: 0, spend: 0, given: 0, expected: null },
  ];
  const title =
    gain === null || plan.contacts === 0
      ? "No offer is worth making"
      : at_random && at_random.contacts > 0.97 * plan.considered
        ? "Nearly everybody is worth an offer: a budget tells whom to choose first"
        : gain.low > 0
          ? `Worth ${currency} ${money(gain.value, currency)} more than as much given away at random`
          : "No sure gain over as much given away at random";
  return (
    <Panel
      title={title}
      under={
        <>
          Margin added in the days of the offer, net of returns, contacts and of what is{" "}
          <Term name="given_away">given away</Term>, {currency}; 80 % limits
        </>
      }
    >
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Way</th>
              <th className="num">Customers</th>
              <th className="num">Cost</th>
              <th className="num">Given away</th>
              <th className="num">Margin added</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, customers, spend, given, expected }, at) => (
              <tr key={name}>
                <td className={at === 0 ? "strong" : ""}>{name}</td>
                <td className="num">{integer(customers)}</td>
                <td className="num">{money(spend, currency)}</td>
                <td className="num">{money(given, currency)}</td>
                <td className="num nowrap">
                  {expected === null ? "0" : <b>{effectMoney(expected.value, currency)}</b>}{" "}
                  {expected !== null && customers > 0 && (
                    <span className="limits">
                      ({effectMoney(expected.low, currency)} to {effectMoney(expected.high, currency)})
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="ink2 note">
        Without any offer these {integer(plan.considered)} people are expected to bring {currency}{" "}
        {money(plan.without_minor, currency)} of margin.{" "}
        {plan.contacts > 0 && (
          <>
            No choice within the limits can be expected to add more than {currency}{" "}
            {plan.bound_minor > 0 ? money(plan.bound_minor, currency) : unknown}: this one reaches{" "}
            {share(plan.bound_minor > 0 ? Math.min(1, plan.expected.value / plan.bound_minor) : 1, 1)} of it.
          </>
        )}
      </p>
    </Panel>
  );
}
