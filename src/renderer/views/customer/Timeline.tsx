import type { Customer } from "../../../shared/api/contract/customers.ts";
import { day, money } from "../../format/format.ts";

const at = (text: string) => Date.parse(text.slice(0, 10)) / 86_400_000;

/** Orders as stems, returns below them, and the next purchase with its limits. */
export function Timeline({ data, currency }: { data: Customer; currency: string }) {
  const purchases = data.orders.filter(({ is_purchase }) => is_purchase);
  if (purchases.length === 0) return <p className="muted">No purchase yet.</p>;
  const [width, height] = [760, 130];
  const next = data.profile["next_purchase_on"];
  const [low, high] = [data.profile["next_purchase_on_low"], data.profile["next_purchase_on_high"]];
  const last = Math.max(...purchases.map((order) => at(order.day)));
  const asOf = last + Number(data.profile["days_since_last_purchase"] ?? 0);
  const from = Math.min(...purchases.map((order) => at(order.day))) - 10;
  const to = Math.max(asOf + 20, typeof next === "string" ? at(next) + 30 : 0);
  const x = (value: number) => 50 + ((value - from) / Math.max(1, to - from)) * (width - 70);
  const most = Math.max(1, ...purchases.map(({ revenue_minor }) => revenue_minor ?? 0));
  const y = (value: number) => 80 - (value / most) * 62;
  const years = Array.from({ length: 8 }, (_, k) => new Date(from * 86_400_000).getUTCFullYear() + k)
    .map((year) => [year, Date.UTC(year, 0, 1) / 86_400_000] as const)
    .filter(([, when]) => when > from && when < to);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label={`${purchases.length} orders from ${day(purchases.at(-1)?.day)} to ${day(purchases[0]?.day)}`}
    >
      <text x="0" y="22">
        {money(most, currency)}
      </text>
      <text x="0" y="84">
        Orders
      </text>
      <text x="0" y="108">
        Returns
      </text>
      <line x1="50" x2={width} y1="80" y2="80" stroke="var(--line)" />
      {years.map(([year, when]) => (
        <g key={year}>
          <line x1={x(when)} x2={x(when)} y1="12" y2="112" stroke="var(--hair)" />
          <text x={x(when)} y="126" textAnchor="middle">
            {year}
          </text>
        </g>
      ))}
      {typeof low === "string" && typeof high === "string" && (
        <rect
          x={x(at(low))}
          y="14"
          width={Math.max(3, Math.min(width, x(at(high))) - x(at(low)))}
          height="66"
          fill="var(--band)"
        />
      )}
      {purchases.map((order) => (
        <g key={`${order.source} ${order.order_id}`}>
          <line
            x1={x(at(order.day))}
            x2={x(at(order.day))}
            y1="80"
            y2={y(order.revenue_minor ?? 0)}
            stroke="var(--cooling)"
            strokeWidth="1.500"
          />
          <circle cx={x(at(order.day))} cy={y(order.revenue_minor ?? 0)} r="3.500" fill="var(--c1)">
            <title>{`${day(order.day)}: ${money(order.revenue_minor, currency)} ${currency}`}</title>
          </circle>
        </g>
      ))}
      {data.returns
        .filter(({ returned_at }) => returned_at)
        .map((back, index) => (
          <rect
            key={`${back.order_id} ${index}`}
            x={x(at(back.returned_at ?? "")) - 4}
            y="98"
            width="8"
            height="8"
            fill="none"
            stroke="var(--c2)"
            strokeWidth="1.500"
          >
            <title>{`Returned ${day(back.returned_at)}`}</title>
          </rect>
        ))}
      <line x1={x(asOf)} x2={x(asOf)} y1="8" y2="112" stroke="var(--ink-3)" strokeDasharray="2 3" />
      {typeof next === "string" && (
        <g>
          <line
            x1={x(at(next))}
            x2={x(at(next))}
            y1="14"
            y2="80"
            stroke="var(--c1)"
            strokeWidth="2"
            strokeDasharray="3 3"
          />
          <text
            x={Math.min(width - 34, x(at(next)))}
            y="10"
            textAnchor="middle"
            style={{ fill: "var(--c1)", fontWeight: 600 }}
          >
            {day(next).replace(/ \d{4}$/, "")}
          </text>
        </g>
      )}
    </svg>
  );
}
