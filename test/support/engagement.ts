import { createRandom } from "../../src/shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../src/shared/domain/column.ts";
import { stateColumns } from "../../src/workers/features/campaign-outcomes.ts";
import { messageColumns } from "../../src/workers/features/message-activity.ts";
import { webColumns } from "../../src/workers/features/web-activity.ts";

interface Person {
  readonly at: number;
  readonly id: string;
}

function columns(
  names: readonly string[],
  rows: readonly { readonly own: number }[],
  shift: number,
): Record<string, Float64Array> {
  return Object.fromEntries(
    names.map((name, column) => [
      name,
      Float64Array.from(rows, ({ own }) => {
        const value = (own * (7 + column) + 3 * column + shift) % 23;
        return /^days_since/.test(name) && value % 5 === 0 ? Number.NaN : value;
      }),
    ]),
  );
}

function table(rows: readonly Person[], given: Record<string, ColumnValues>): ColumnTable {
  return { rows: rows.length, columns: { customer_id: rows.map(({ id }) => id), ...given } };
}

/** Tables of e-mails, visits and campaigns of some customers, by formula of each one's number. */
export function engagementTables(people: readonly Person[]): Record<string, ColumnTable> {
  const of = (rows: readonly Person[], k: number) => rows.map(({ at }) => ({ own: at * 3 + k }));
  const times = (n: number) => people.flatMap((one) => Array.from({ length: n }, (_, k) => ({ ...one, k })));
  const many = times(6);
  const own = many.map(({ at, k }) => ({ own: at * 3 + k * 11 }));
  const yes = (by: number, least: number) => Float64Array.from(own, (row) => ((row.own * by) % 13 < least ? 1 : 0));
  const names = { messages: messageColumns.map(({ name }) => name), web: webColumns.map(({ name }) => name) };
  const state = stateColumns.map(({ name }) => name);
  const ago = Float64Array.from(many, ({ k }) => 30 + 7 * k);
  const treated = Float64Array.from(many, ({ at, k }) => ((at + k) % 3 === 0 ? 0 : 1));
  const buyer = Float64Array.from(many, ({ at, k }) =>
    (at * 5 + k) % 4 === 0 || ((at + k) % 3 > 0 && at % 2 === 0) ? 1 : 0,
  );
  const campaign = many.map(({ k }) => (k % 2 === 0 ? "letter" : "coupon"));
  return {
    message_activity: table(people, {
      ...columns(names.messages, of(people, 0), 1),
      has_left: Float64Array.from(people, ({ at }) => (at % 17 === 3 ? 1 : 0)),
    }),
    message_training: table(many, {
      days_ago: ago,
      ...columns(names.messages, own, 1),
      is_opened: yes(5, 5),
      is_clicked: yes(3, 2),
      has_left: yes(7, 1),
    }),
    web_activity: table(people, {
      ...columns(names.web, of(people, 0), 2),
      last_seen_category: people.map(({ at }) => (at % 4 === 0 ? null : "Coats")),
    }),
    web_training: table(many, { days_ago: ago, ...columns(names.web, own, 2), buys_7: yes(5, 3), buys_30: yes(5, 6) }),
    campaign_state: table(people, columns(state, of(people, 0), 4)),
    campaign_outcomes: table(many, {
      campaign_id: campaign,
      variant: campaign,
      is_treated: treated,
      treated_share: new Float64Array(many.length).fill(0.66),
      is_coupon: Float64Array.from(campaign, (one) => (one === "coupon" ? 1 : 0)),
      is_buyer: buyer,
      revenue_minor: buyer.map((one, row) => one * (1_000 + ((own[row]?.own ?? 0) % 40) * 100)),
      given_away_minor: buyer.map((one, row) => one * (treated[row] ?? 0) * 150),
      cost_minor: new Float64Array(many.length),
      has_costs: new Float64Array(many.length),
      ...columns(state, own, 4),
    }),
  };
}

/** Two campaigns with a group kept out, one of them still running, and one without. */
export function campaignGroups(): ColumnTable {
  const random = createRandom(3, "groups");
  const groups = [
    { campaign: "letter", variant: "post", control: 0, days: 30, n: 800, rate: 0.2 },
    { campaign: "letter", variant: "control", control: 1, days: 30, n: 400, rate: 0.1 },
    { campaign: "coupon", variant: "a", control: 0, days: 12, n: 300, rate: 0.1 },
    { campaign: "coupon", variant: "b", control: 0, days: 12, n: 300, rate: 0.11 },
    { campaign: "coupon", variant: "control", control: 1, days: 12, n: 300, rate: 0.1 },
    { campaign: "all", variant: "mail", control: 0, days: 30, n: 50, rate: 0.1 },
  ];
  const rows = groups.map((group, at) => {
    const sums = { y: 0, yy: 0, x: 0, xx: 0, xy: 0 };
    let bought = 0;
    for (let person = 0; person < group.n; person++) {
      const before = random.next() < 0.4 ? Math.round(random.gamma(2, 2_000)) : 0;
      const isBuyer = random.next() < group.rate * (before > 0 ? 1.6 : 0.6);
      const now = isBuyer ? Math.round(1_500 + 0.3 * before + random.gamma(2, 800)) : 0;
      bought += isBuyer ? 1 : 0;
      sums.y += now;
      sums.yy += now * now;
      sums.x += before;
      sums.xx += before * before;
      sums.xy += now * before;
    }
    return { ...group, ...sums, bought, at };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    rows: rows.length,
    columns: {
      campaign_id: rows.map(({ campaign }) => campaign),
      variant: rows.map(({ variant }) => variant),
      is_control: column(({ control }) => control),
      started_on: column(({ days }) => 20_000 - days),
      elapsed_days: column(({ days }) => days),
      n: column(({ n }) => n),
      n_buyers: column(({ bought }) => bought),
      ...Object.fromEntries(
        (["y", "yy", "x", "xx", "xy"] as const).map((part) => [`revenue_${part}`, column((row) => row[part])]),
      ),
      bought_y: column(({ bought }) => bought),
      bought_yy: column(({ bought }) => bought),
      bought_x: column(({ n }) => n),
      bought_xx: column(({ n }) => 2 * n),
      bought_xy: column(({ bought }) => bought),
    },
  };
}
