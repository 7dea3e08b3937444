import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { seasons, weekdays } from "../../../shared/domain/profile-fields.ts";
import { slotName, type TimeMeasure, timeSlots } from "../../features/timing-counts.ts";
import { betaLimits } from "../../numeric/distributions.ts";
import { fitSlots, type SlotFit, type SlotRow, slotWeights } from "../../numeric/slot-shares.ts";
import { defineModel } from "../define.ts";
import { compareMeans, known } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

/** When orders are placed, and at what hour messages are opened or clicked. */
const habits = {
  hour: { slots: "hour", of: "orders", beside: "messages" },
  weekday: { slots: "weekday", of: "orders", beside: "messages" },
  season: { slots: "season", of: "orders", beside: "messages" },
  send_hour: { slots: "hour", of: "messages", beside: "orders" },
} as const satisfies Record<string, { slots: TimeMeasure; of: "orders" | "messages"; beside: "orders" | "messages" }>;
export type Habit = keyof typeof habits;

export type FittedTiming = Readonly<Record<Habit, SlotFit | null>>;

export const readTimingFit = fitReader<FittedTiming>("timing_preference", {
  hour: "object?",
  weekday: "object?",
  season: "object?",
  send_hour: "object?",
});

const names = Object.keys(habits) as Habit[];

/** What each customer did by slot, rows in order of the table. */
function rowsOf(table: ColumnTable, habit: Habit): SlotRow[] {
  const { slots, of, beside } = habits[habit];
  const columns = (who: "orders" | "messages") =>
    timeSlots[slots].map((slot) => {
      const name = slotName(who, slots, slot);
      return name in table.columns ? numbers(table, name) : new Float64Array(table.rows);
    });
  const [acts, others] = [columns(of), columns(beside)];
  return Array.from({ length: table.rows }, (_, at) => ({
    acts: Float64Array.from(acts, (column) => column[at] ?? 0),
    other: Float64Array.from(others, (column) => column[at] ?? 0),
  }));
}

const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);

interface Best {
  readonly slot: Float64Array;
  readonly share: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

function bestOf(rows: readonly SlotRow[], fit: SlotFit | null): Best {
  const n = rows.length;
  const best = { slot: blank(n), share: blank(n), low: blank(n), high: blank(n) };
  if (!fit) return best;
  const limits = new Map<string, [number, number]>();
  for (const [at, row] of rows.entries()) {
    const { weights, total } = slotWeights(row.acts, row.other, fit);
    const slot = weights.reduce((top, weight, k) => (weight > (weights[top] ?? 0) ? k : top), 0);
    const weight = weights[slot] ?? 0;
    // limits of rounded weights, so that they are the same whoever came first
    const [own, rest] = [Math.round(weight * 100) / 100, Math.round((total - weight) * 100) / 100];
    const key = `${own} ${rest}`;
    const known = limits.get(key) ?? betaLimits(Math.max(0.01, own), Math.max(0.01, rest));
    limits.set(key, known);
    best.slot[at] = slot;
    best.share[at] = weight / total;
    [best.low[at], best.high[at]] = known;
  }
  return best;
}

export const timingPreference = defineModel({
  name: "timing_preference",
  version: 4,
  title: "Timing preference",
  group: "preferences",
  inputs: { counts: { feature: "timing_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { orders: { feature: "outcome_timing" } },
  params: {},
  outputs: [
    { name: "best_hour", type: "INTEGER", unit: "hour" },
    { name: "best_hour_share", type: "DOUBLE", unit: "share" },
    { name: "best_hour_share_low", type: "DOUBLE", unit: "share" },
    { name: "best_hour_share_high", type: "DOUBLE", unit: "share" },
    { name: "best_weekday", type: "VARCHAR" },
    { name: "best_weekday_share", type: "DOUBLE", unit: "share" },
    { name: "best_weekday_share_low", type: "DOUBLE", unit: "share" },
    { name: "best_weekday_share_high", type: "DOUBLE", unit: "share" },
    { name: "best_season", type: "VARCHAR" },
    { name: "best_season_share", type: "DOUBLE", unit: "share" },
    { name: "best_season_share_low", type: "DOUBLE", unit: "share" },
    { name: "best_season_share_high", type: "DOUBLE", unit: "share" },
    { name: "best_send_hour", type: "INTEGER", unit: "hour" },
    { name: "best_send_hour_share", type: "DOUBLE", unit: "share" },
    { name: "best_send_hour_share_low", type: "DOUBLE", unit: "share" },
    { name: "best_send_hour_share_high", type: "DOUBLE", unit: "share" },
    { name: "n_acts", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose:
      "At what hour, on which weekday and in which season a customer orders, and at what hour they read what is sent: when to reach them.",
    method:
      "Shares of the customer's orders by hour, weekday and quarter of the year, drawn to the retailer's own histogram (Dirichlet-multinomial, fitted by maximum likelihood). Messages that they opened or clicked count too, tilted by what is usual for them; how much, how far an order speaks for the hours beside it and how strongly the retailer's histogram draws are chosen by foretelling each order from the customer's others. The best hour to write is made the same way from opens and clicks, with orders beside them. Limits are those of the share.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Singh et al. (2020): Email send time optimisation, arXiv 2004.09900, for times of opening.",
    ],
    assumptions: ["Habits of the day and week last.", "The brand's time zone is the customer's."],
    limits: [
      "An order at midnight to the second is taken for a day without an hour; where no source tells hours there is no best hour.",
      "Opens by machines are left out. Opens follow sending times: of somebody always written to at nine, nine is the best hour to write.",
      "The best slot of somebody with few orders is the retailer's own, and says so by its state of data.",
      "Seasons are judged only over a horizon of a year: in a quarter there is one.",
    ],
    metrics: [
      "log_loss of the hours at which messages are opened or clicked after the cut, against the retailer's histogram",
      "log_loss of the hours of orders, of their weekdays and, over a year, of their seasons, likewise",
    ],
  },
  fit: (inputs): Json => {
    const table = requireTable(inputs, "counts");
    if (table.rows === 0) return null;
    const fits = names.map((name) => {
      const { slots } = habits[name];
      return [name, fitSlots(rowsOf(table, name), timeSlots[slots].length, slots === "hour")];
    });
    return Object.fromEntries(fits) as unknown as Json;
  },
  score: (inputs, json) => {
    const table = requireTable(inputs, "counts");
    const fitted = readTimingFit(json);
    const all = Object.fromEntries(names.map((name) => [name, rowsOf(table, name)])) as Record<Habit, SlotRow[]>;
    const best = (name: Habit) => bestOf(all[name], fitted?.[name] ?? null);
    const [hour, weekday, season, send] = [best("hour"), best("weekday"), best("season"), best("send_hour")];
    const named = (words: readonly string[], { slot }: Best) => Array.from(slot, (at) => words[at] ?? null);
    const acts = Float64Array.from(all.weekday, ({ acts, other }) => sum(acts) + sum(other));
    const shares = (name: string, { share, low, high }: Best) => ({
      [`${name}_share`]: share,
      [`${name}_share_low`]: low,
      [`${name}_share_high`]: high,
    });
    return scoreTable(
      texts(table, "customer_id").map((id) => id ?? ""),
      {
        best_hour: hour.slot,
        ...shares("best_hour", hour),
        best_weekday: named(weekdays, weekday),
        ...shares("best_weekday", weekday),
        best_season: named(seasons, season),
        ...shares("best_season", season),
        best_send_hour: send.slot,
        ...shares("best_send_hour", send),
        n_acts: acts,
      },
      {
        enough: acts.map((n) => (fitted && n >= 5 ? 1 : 0)),
        reason: Array.from(weekday.slot, (slot, at) => {
          if (!Number.isFinite(slot)) return "not_enough_data";
          if (!Number.isFinite(hour.slot[at])) return "no_hours";
          return Number.isFinite(send.slot[at]) ? null : "no_answers";
        }),
      },
    );
  },
  evaluate: (inputs, _scores, holdout, json) => {
    const fitted = readTimingFit(json);
    if (!fitted) return [];
    const [before, after] = [requireTable(inputs, "counts"), requireTable(holdout.tables ?? {}, "orders")];
    const rows = new Map(texts(before, "customer_id").map((id, at) => [id, at]));
    const ids = texts(after, "customer_id");
    const matched = Array.from(ids.keys())
      .filter((at) => rows.has(ids[at] ?? null))
      .sort((a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1));
    const judged = (["send_hour", "hour", "weekday", "season"] as const).filter(
      (name) => name !== "season" || holdout.horizonDays >= 365,
    );
    return known(
      judged.flatMap((name) => {
        const [own, next] = [rowsOf(before, name), rowsOf(after, name)];
        const pairs = matched.map((at) => ({ own: own[rows.get(ids[at] ?? null) ?? -1], next: next[at] }));
        return judge(name, fitted[name], pairs);
      }),
    );
  },
});

function judge(
  name: Habit,
  fit: SlotFit | null,
  pairs: readonly { own: SlotRow | undefined; next: SlotRow | undefined }[],
): Evaluation[] {
  if (!fit) return [];
  const [own, naive]: [number[], number[]] = [[], []];
  for (const { own: before, next } of pairs) {
    if (!before || !next || sum(next.acts) === 0) continue;
    const { weights, total } = slotWeights(before.acts, before.other, fit);
    const loss = (shareOf: (slot: number) => number) =>
      next.acts.reduce((all, n, slot) => all - n * Math.log(Math.max(1e-6, shareOf(slot))), 0) / sum(next.acts);
    own.push(loss((slot) => (weights[slot] ?? 0) / total));
    naive.push(loss((slot) => fit.shares[slot] ?? 0));
  }
  return compareMeans({
    metric: `log_loss_${name}`,
    baseline: "the retailer's histogram",
    own,
    naive,
    better: "lower",
  });
}
