import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { type FitLines, nextKept } from "../../numeric/latent-fit.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compareMeans, known } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, requireTable, scoreTable, texts } from "../tables.ts";
import { evaluateShares, type FittedShares, fitShares, scoreShares, shareParams } from "./shares.ts";
import { createLines, fitSystems, type SizeSystem, type Worn, wornBy } from "./size-systems.ts";

interface FittedFits {
  readonly systems: readonly SizeSystem[];
  readonly colours: FittedShares | null;
}

const readSizes = fitReader<FittedFits>("size_preference", { systems: "list", colours: "object?" });

const colourColumns = { choice: "value", count: "n_kept" };

/** Rows of a table of one attribute. */
function rowsOf(table: ColumnTable, attribute: string): ColumnTable {
  const of = texts(table, "attribute");
  const rows = Array.from(of.keys()).filter((at) => of[at] === attribute);
  const columns = Object.entries(table.columns).map(([name, column]) => [
    name,
    column instanceof Float64Array
      ? Float64Array.from(rows, (at) => column[at] ?? 0)
      : rows.map((at) => column[at] ?? null),
  ]);
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

const linesOf = (worn: readonly Worn[]) => worn.reduce((sum, { kept, returned }) => sum + kept + returned, 0);

interface Size {
  readonly category: string;
  readonly size: string;
  readonly share: number;
  readonly lines: number;
}

interface Read {
  readonly system: SizeSystem;
  readonly linesOf: (worn: readonly Worn[]) => FitLines[];
}
const readable = (systems: readonly SizeSystem[]): Read[] =>
  systems.map((system) => ({ system, linesOf: createLines(system) }));

/** The size that fits in each system that somebody bought of, the most bought first, named by its category they know best. */
function sizesOf(worn: readonly Worn[], systems: readonly Read[]): Size[] {
  return systems
    .flatMap(({ system, linesOf: read }): Size[] => {
      const lines = read(worn);
      if (lines.length === 0) return [];
      const next = nextKept(lines, system);
      const best = next.reduce((top, share, at) => (share > (next[top] ?? 0) ? at : top), 0);
      const byCategory = system.categories
        .map((category) => ({ category, n: linesOf(worn.filter((line) => line.category === category)) }))
        .sort((a, b) => b.n - a.n || (a.category < b.category ? -1 : 1));
      return [
        {
          category: byCategory[0]?.category ?? "",
          size: system.sizes[best] ?? "",
          share: next[best] ?? Number.NaN,
          lines: lines.reduce((sum, { kept, returned }) => sum + kept + returned, 0),
        },
      ];
    })
    .sort((a, b) => b.lines - a.lines || (a.category < b.category ? -1 : 1));
}

export const sizePreference = defineModel({
  name: "size_preference",
  version: 3,
  title: "Size and colour preference",
  group: "preferences",
  inputs: { counts: { feature: "fit_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { fits: { feature: "outcome_fits" } },
  params: shareParams,
  outputs: [
    { name: "size_preference", type: "VARCHAR" },
    { name: "size_share", type: "DOUBLE", unit: "share" },
    { name: "size_category", type: "VARCHAR" },
    { name: "sizes", type: "VARCHAR[]" },
    { name: "size_categories", type: "VARCHAR[]" },
    { name: "colour_preference", type: "VARCHAR" },
    { name: "colour_share", type: "DOUBLE", unit: "share" },
    { name: "colour_share_low", type: "DOUBLE", unit: "share" },
    { name: "colour_share_high", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose:
      "Which size fits a customer in what they buy, and which colour they take: what to show first, and what would come back.",
    method:
      "Size: a latent class model. Each customer has one fitting size in categories whose sizes are named alike; lines of it are bought and kept at rates that are estimated together with the shares of sizes, so that a size that came back speaks against itself and one that was kept beside it speaks twice. The share is the chance that the next kept line is of that size. Colour: Dirichlet-multinomial shrinkage of kept lines.",
    references: [
      "Dempster, Laird & Rubin (1977): Maximum likelihood from incomplete data via the EM algorithm, JRSS B 39(1).",
      "Sembium, Rastogi, Saroop & Merugu (2017): Recommending product sizes to customers, RecSys, for sizes kept and returned.",
      "Minka (2000): Estimating a Dirichlet distribution.",
    ],
    assumptions: [
      "One person wears what the customer buys; gifts and families blur it.",
      "Sizes run alike within categories that name them alike.",
    ],
    limits: [
      "The size's share is a chance by itself and has no limits; the colour's limits are those of its share.",
      "Bodies change: old lines count as much as new ones.",
      "What isn't settled yet counts as kept; without a source of returns all does.",
    ],
    metrics: [
      "accuracy of the size in lines kept after the cut, against the size most bought in the category and, apart, against the customer's last kept size",
      "log_loss of those sizes, against the shares of the category",
      "recall at 1 of colours kept after the cut, against the most bought colour",
    ],
  },
  fit: (inputs, params): Json => {
    const table = requireTable(inputs, "counts");
    if (table.rows === 0) return null;
    const systems = fitSystems(wornBy(table, "size"));
    return {
      systems,
      colours: fitShares(rowsOf(table, "colour"), colourColumns, Number(params.prior_weight)),
    } as unknown as Json;
  },
  score: (inputs, json) => {
    const fitted = readSizes(json);
    const table = requireTable(inputs, "counts");
    const ids = [...new Set(texts(table, "customer_id").map((id) => id ?? ""))].sort();
    const worn = wornBy(table, "size");
    const systems = readable(fitted?.systems ?? []);
    const found = ids.map((id) => sizesOf(worn.get(id) ?? [], systems));
    const colours = scoreShares(rowsOf(table, "colour"), colourColumns, fitted?.colours ?? null);
    const rows = new Map(colours.ids.map((id, at) => [id, at]));
    const [share, low, high] = [blank(ids.length), blank(ids.length), blank(ids.length)];
    const colour = ids.map((id, at) => {
      const row = rows.get(id);
      if (row === undefined) return null;
      share[at] = colours.share[row] ?? Number.NaN;
      low[at] = colours.low[row] ?? Number.NaN;
      high[at] = colours.high[row] ?? Number.NaN;
      return colours.top[row] ?? null;
    });
    return scoreTable(
      ids,
      {
        size_preference: found.map(([first]) => first?.size ?? null),
        size_share: Float64Array.from(found, ([first]) => first?.share ?? Number.NaN),
        size_category: found.map(([first]) => first?.category ?? null),
        sizes: found.map((own) => (own.length > 0 ? own.map(({ size }) => size) : null)),
        size_categories: found.map((own) => (own.length > 0 ? own.map(({ category }) => category) : null)),
        colour_preference: colour,
        colour_share: share,
        colour_share_low: low,
        colour_share_high: high,
      },
      {
        enough: Float64Array.from(found, ([first]) => ((first?.lines ?? 0) >= 2 ? 1 : 0)),
        reason: found.map(([first], at) => {
          if (first && colour[at]) return null;
          if (first) return "no_colours";
          return colour[at] ? "no_sizes" : "not_enough_data";
        }),
      },
    );
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) => {
    const fitted = readSizes(json);
    if (!fitted) return [];
    const [before, after] = [requireTable(inputs, "counts"), requireTable(holdout.tables ?? {}, "fits")];
    const colours = evaluateShares({
      counts: rowsOf(before, "colour"),
      outcomes: rowsOf(after, "colour"),
      columns: colourColumns,
      fitted: fitted.colours,
      seed,
      recallAt: [1],
    });
    return [
      ...judgeSizes(fitted.systems, wornBy(before, "size"), wornBy(after, "size")),
      ...colours.map((one) => ({ ...one, metric: `${one.metric}_colour` })),
    ];
  },
});

function judgeSizes(
  systems: readonly SizeSystem[],
  before: ReadonlyMap<string, readonly Worn[]>,
  after: ReadonlyMap<string, readonly Worn[]>,
): readonly Evaluation[] {
  const readings = readable(systems);
  const [own, modal, last, losses, plainLosses]: number[][] = [[], [], [], [], []];
  const [predicted, happened]: number[][] = [[], []];
  for (const [customer, kept] of after) {
    const known = before.get(customer) ?? [];
    const rows: number[][] = [];
    for (const { system, linesOf: read } of readings) {
      const lines = read(known);
      const next = read(kept);
      if (lines.length === 0 || next.length === 0) continue;
      const chances = nextKept(lines, system);
      const top = (values: ArrayLike<number>) =>
        Array.from(values).reduce((best, value, at, all) => (value > (all[best] ?? 0) ? at : best), 0);
      const [best, usual] = [top(chances), top(system.shares)];
      const latest = known
        .filter(({ category, kept: n }) => n > 0 && system.categories.includes(category))
        .reduce<Worn | undefined>((a, b) => (a && a.lastOn >= b.lastOn ? a : b), undefined);
      const recent = system.sizes.indexOf(latest?.value ?? "");
      const n = next.reduce((sum, line) => sum + line.kept, 0);
      const hit = (size: number) => (next.find(({ choice }) => choice === size)?.kept ?? 0) / Math.max(1, n);
      const loss = (shares: ArrayLike<number>) =>
        next.reduce((sum, line) => sum - line.kept * Math.log(Math.max(1e-6, shares[line.choice] ?? 0)), 0) /
        Math.max(1, n);
      rows.push([hit(best), hit(usual), hit(recent), loss(chances), loss(system.shares)]);
      predicted?.push(chances[best] ?? 0);
      happened?.push(hit(best) >= 0.5 ? 1 : 0);
    }
    if (rows.length === 0) continue;
    for (const [at, list] of [own, modal, last, losses, plainLosses].entries())
      list?.push(rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length);
  }
  const calibration = calibrationBins(Float64Array.from(predicted ?? []), Float64Array.from(happened ?? []));
  const accuracy = (metric: string, baseline: string, naive: readonly number[] | undefined) =>
    compareMeans({ metric, baseline, own: own ?? [], naive: naive ?? [], better: "higher" });
  return known([
    ...accuracy("accuracy", "the size most bought in the category", modal).map((one) => ({ ...one, calibration })),
    ...accuracy("accuracy_over_last_size", "the customer's last kept size", last),
    ...compareMeans({
      metric: "log_loss",
      baseline: "shares of the category",
      own: losses ?? [],
      naive: plainLosses ?? [],
      better: "lower",
    }),
  ]);
}
