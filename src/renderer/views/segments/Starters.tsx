import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Panel } from "../../components/Panel.tsx";
import { segmentAddress } from "../../format/audience.ts";
import { integer, money, unknown } from "../../format/format.ts";

interface Rule {
  readonly field: string;
  readonly operator: string;
  readonly value: string | number | readonly string[];
}
interface Starter {
  readonly name: string;
  readonly why: string;
  readonly rules: readonly Rule[];
}
const best = ["top_1", "top_5", "top_10"];
const starters: readonly Starter[] = [
  {
    name: "Best customers who cool",
    why: "Top 10 % by expected value, cooling or at risk: most money to keep",
    rules: [
      { field: "value_tier", operator: "in", value: best },
      { field: "lifecycle_stage", operator: "in", value: ["cooling", "at_risk"] },
    ],
  },
  {
    name: "One order so far",
    why: "Bought once, within half a year: the second order decides",
    rules: [
      { field: "order_count", operator: "=", value: 1 },
      { field: "days_since_last_purchase", operator: "<=", value: 182 },
    ],
  },
  {
    name: "Best customers, active",
    why: "Top 10 % by expected value who buy at their own rhythm: first to hear of what is new",
    rules: [
      { field: "value_tier", operator: "in", value: best },
      { field: "lifecycle_stage", operator: "in", value: ["new", "active"] },
    ],
  },
  {
    name: "Regulars who lapsed",
    why: "Five orders or more, and silent far beyond their own rhythm",
    rules: [
      { field: "order_count", operator: ">=", value: 5 },
      { field: "lifecycle_stage", operator: "in", value: ["lapsed"] },
    ],
  },
  {
    name: "Like the best, not yet among them",
    why: "The tenth outside the best who behave most like them: the next ones to win",
    rules: [{ field: "lookalike_percentile", operator: ">=", value: 0.9 }],
  },
];

const treeOf = ({ rules }: Starter) => ({ combinator: "and" as const, rules: rules.map((rule) => ({ ...rule })) });

/** Audiences to begin with, counted on the snapshot; each opens in the builder, where it can be changed. Nothing before there is
 *  a snapshot. */
export function Starters() {
  const { brand, currency } = useBrand();
  const proof = useProof();
  const everybody = useAsk("segments.count", { brand, definition: { where: { combinator: "and", rules: [] } } });
  if (!everybody.data) return null;
  const isTold = ({ field }: Rule) => proof.isShown || !proof.isColumnDoubted(field);
  const told = starters.filter(({ rules }) => rules.every(isTold));
  return (
    <Panel title="To begin with" under="Counted on the current snapshot; each opens in the builder">
      <table className="plain">
        <thead>
          <tr>
            <th>Audience</th>
            <th>Why</th>
            <th className="num">Customers</th>
            <th className="num">Revenue, {currency}</th>
          </tr>
        </thead>
        <tbody>
          {told.map((starter) => (
            <StarterRow key={starter.name} starter={starter} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function StarterRow({ starter }: { starter: Starter }) {
  const { brand, currency } = useBrand();
  const { name, why } = starter;
  const where = treeOf(starter);
  const { data } = useAsk("segments.count", { brand, definition: { where } });
  return (
    <tr>
      <td className="medium nowrap">
        <a href={segmentAddress(where)} data-route>
          {name}
        </a>
      </td>
      <td className="ink2">{why}</td>
      <td className="num strong">{data ? integer(data.customers) : unknown}</td>
      <td className="num">{data ? money(data.revenue_minor, currency) : unknown}</td>
    </tr>
  );
}
