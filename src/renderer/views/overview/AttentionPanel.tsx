import type { Overview } from "../../../shared/api/contract/customers.ts";
import { Panel } from "../../components/Panel.tsx";
import { segmentAddress } from "../../format/audience.ts";
import { exactMoney, money } from "../../format/format.ts";

type Item = Overview["attention"][number];

const target = ({ where, screen }: Item) => (where ? segmentAddress(where) : `/${screen}`);

/** What is at stake first: money, then the fact, its ground and one action. */
export function AttentionPanel({ items, currency }: { items: readonly Item[]; currency: string }) {
  return (
    <Panel title="Needs attention" under={`In order of money, ${currency}`}>
      {items.length === 0 && <p className="muted">Nothing stands out.</p>}
      <ul className="attention">
        {items.slice(0, 6).map((item) => (
          <li key={item.fact}>
            <span className="num strong" title={exactMoney(item.money_minor, currency)}>
              {money(item.money_minor, currency)}
            </span>
            <span className="medium">{item.fact}</span>
            <span className="ground">{item.ground}</span>
            <a data-route href={target(item)} aria-label={`${item.action}: ${item.fact}`}>
              {item.action}
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
