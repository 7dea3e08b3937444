import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { dataSet } from "../../../test/support/data-sets.ts";
import { createRandom } from "../../shared/base/random.ts";
import { effectOf } from "./campaign-effect.ts";
import { momentsOf } from "./group-moments.ts";
import { qiniInterval, upliftCurve } from "./qini.ts";
import { fitRidge, predictRidge } from "./ridge.ts";
import { fitUplift, predictUplift } from "./uplift-learners.ts";

/** People whose effect is .2 where the first column is positive, −.1 elsewhere. */
function simulate(n: number, seed: number) {
  const random = createRandom(seed, "uplift");
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: n }, () => random.normal()));
  const truth = Float64Array.from(columns[0] ?? [], (x) => (x > 0 ? 0.2 : -0.1));
  const isTreated = Float64Array.from({ length: n }, () => (random.next() < 0.6 ? 1 : 0));
  const outcome = Float64Array.from(truth, (effect, row) => {
    const base = 0.25 + 0.05 * Math.tanh(columns[1]?.[row] ?? 0);
    return random.next() < base + effect * (isTreated[row] ?? 0) ? 1 : 0;
  });
  return { columns, truth, isTreated, outcome, chance: new Float64Array(n).fill(0.6) };
}

describe("uplift", () => {
  test("is found with its mean, ranked, and beats random on people not seen", () => {
    const [learnt, fresh] = [simulate(4_000, 1), simulate(4_000, 2)];
    const { fit } = fitUplift(learnt, 1);
    const mean = fresh.truth.reduce((sum, value) => sum + value, 0) / fresh.truth.length;
    expect(Math.abs(fit.average - mean)).toBeLessThan(3 * fit.averageError);
    const { effect, error } = predictUplift(fit, fresh.columns);
    const found = qiniInterval(effect, fresh, { seed: 1 });
    expect(found.qini.low).toBeGreaterThan(0);
    expect(found.topEffect.value).toBeGreaterThan(0.12);
    const held = fresh.truth.filter(
      (one, row) => Math.abs(one - (effect[row] ?? 0)) < 1.2816 * (error[row] ?? 0) + 0.08,
    );
    expect(held.length / fresh.truth.length).toBeGreaterThan(0.6);
  });

  test("that is the same for all is told the same of all", () => {
    const random = createRandom(9, "flat");
    const n = 2_500;
    const columns = [0, 1].map(() => Float64Array.from({ length: n }, () => random.normal()));
    const isTreated = Float64Array.from({ length: n }, () => (random.next() < 0.5 ? 1 : 0));
    const outcome = isTreated.map((one) => (random.next() < 0.2 + 0.1 * one ? 1 : 0));
    const { fit } = fitUplift({ columns, isTreated, outcome, chance: new Float64Array(n).fill(0.5) }, 1);
    const { effect } = predictUplift(fit, columns);
    const spread = Math.max(...effect) - Math.min(...effect);
    expect(Math.abs(fit.average - 0.1)).toBeLessThan(3 * fit.averageError);
    expect(spread).toBeLessThan(0.12);
  });

  test("doesn't hang on the order of people", () => {
    const given = simulate(600, 4);
    const turned = Array.from(given.outcome.keys()).reverse();
    const turn = (column: Float64Array) => Float64Array.from(turned, (row) => column[row] ?? 0);
    const other = {
      columns: given.columns.map(turn),
      isTreated: turn(given.isTreated),
      outcome: turn(given.outcome),
      chance: turn(given.chance),
    };
    expect(fitUplift(other, 1)).toEqual(fitUplift(given, 1));
    const score = given.columns[0] ?? new Float64Array();
    expect(qiniInterval(turn(score), other, { seed: 2 })).toEqual(qiniInterval(score, given, { seed: 2 }));
  });

  test("curves end at the average effect, and random rankings are worth nothing", () => {
    const given = simulate(8_000, 5);
    const best = upliftCurve(given.truth, given);
    const difference = effectOf(
      momentsOf(given.outcome.filter((_, row) => given.isTreated[row] === 1)),
      momentsOf(given.outcome.filter((_, row) => given.isTreated[row] === 0)),
    );
    expect(best.gain.at(-1)).toBeCloseTo(difference.value, 10);
    // half gain .2, half lose .1: the area between is .15 ÷ 4, see Radcliffe (2007)
    expect(best.qini).toBeCloseTo(0.0375, 2);
    const level = qiniInterval(new Float64Array(given.outcome.length).fill(0.1), given, { seed: 3, draws: 20 });
    expect(level.qini.value).toBe(0); // equal scores rank nobody
    expect(level.topEffect.value).toBeCloseTo(difference.value, 10);
    const blind = qiniInterval(given.columns[2] ?? new Float64Array(), given, { seed: 3 });
    expect(blind.qini.low).toBeLessThan(0);
    expect(blind.qini.high).toBeGreaterThan(0);
  });

  test("ridge regression is least squares where nothing is drawn in, and goes no further than four deviations", () => {
    const x = Float64Array.from([1, 2, 3, 4, 5]);
    const fit = fitRidge([x], Float64Array.from([3, 5, 7, 9, 11]), 0);
    expect(Array.from(predictRidge(fit, [Float64Array.from([0, 10])]).value, (v) => Math.round(v * 1e6) / 1e6)).toEqual(
      [1, 18.313708],
    );
  });
});

const path = dataSet("hillstrom/hillstrom_email.csv.gz");

/** The e-mail test of Kevin Hillstrom (MineThatData, 2008): columns, arm, visit, spend. */
function hillstrom(): { columns: Float64Array[]; arm: string[]; visit: Float64Array; spend: Float64Array } {
  const [header = "", ...lines] = gunzipSync(readFileSync(path ?? ""))
    .toString("utf8")
    .trim()
    .split("\n");
  const names = header.trim().split(",");
  const rows = lines.map((line) =>
    line
      .trim()
      .replace(/"[^"]*"/, "")
      .split(","),
  );
  const text = (name: string) => rows.map((row) => row[names.indexOf(name)] ?? "");
  const number = (name: string) => Float64Array.from(text(name), Number);
  const flag = (name: string, value: string) => Float64Array.from(text(name), (one) => (one === value ? 1 : 0));
  return {
    columns: [
      ...["recency", "history", "mens", "womens", "newbie"].map(number),
      flag("zip_code", "Urban"),
      flag("zip_code", "Rural"),
      flag("channel", "Phone"),
      flag("channel", "Web"),
    ],
    arm: text("segment"),
    visit: number("visit"),
    spend: number("spend"),
  };
}

describe.skipIf(!path)(`Hillstrom's e-mail test${path ? "" : " (not on this machine)"}`, () => {
  test("has the average effects that are always quoted, with their limits", () => {
    const { arm, visit, spend } = hillstrom();
    const of = (column: Float64Array, name: string) => momentsOf(column.filter((_, row) => arm[row] === name));
    const effect = (column: Float64Array, name: string) => effectOf(of(column, name), of(column, "No E-Mail"));
    expect(effect(visit, "Mens E-Mail").value).toBeCloseTo(0.0766, 4);
    expect(effect(visit, "Womens E-Mail").value).toBeCloseTo(0.0452, 4);
    expect(effect(spend, "Mens E-Mail").value).toBeCloseTo(0.77, 3);
    expect(effect(spend, "Womens E-Mail").value).toBeCloseTo(0.424, 3);
    expect(effect(spend, "Mens E-Mail").alwaysLow).toBeGreaterThan(0);
    expect(effect(visit, "Womens E-Mail").alwaysP).toBeLessThan(1e-9);
  });

  test("ranks unseen people by what the women's e-mail does to their visits better than chance", () => {
    const { columns, arm, visit } = hillstrom();
    const rows = Array.from(arm.keys()).filter((row) => arm[row] !== "Mens E-Mail");
    const part = (isFirst: boolean) => {
      const own = rows.filter((_, at) => (at % 2 === 0) === isFirst);
      const pick = (column: ArrayLike<number>) => Float64Array.from(own, (row) => column[row] ?? 0);
      return {
        columns: columns.map(pick),
        isTreated: Float64Array.from(own, (row) => (arm[row] === "Womens E-Mail" ? 1 : 0)),
        outcome: pick(visit),
        chance: new Float64Array(own.length).fill(0.5),
      };
    };
    const { fit } = fitUplift(part(true), 1);
    const unseen = part(false);
    const { effect } = predictUplift(fit, unseen.columns);
    const found = qiniInterval(effect, unseen, { seed: 1, draws: 100 });
    expect(found.qini.low).toBeGreaterThan(0);
    expect(found.topEffect.value).toBeGreaterThan(0.06);
  });
});
