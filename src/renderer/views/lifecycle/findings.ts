import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { crossing } from "../../charts/contour.ts";
import { integer, month, share } from "../../format/format.ts";

const later = ["cooling", "at_risk", "lapsed"];

/** The share of those who were active and have gone on to a later stage. */
export function flowFinding({ flow }: Pick<Lifecycle, "flow">): string {
  const from = flow.filter((link) => link.from === "active");
  const were = from.reduce((sum, { customers }) => sum + customers, 0);
  if (were === 0) return "Nobody was active at the earlier day";
  const left = from.filter(({ to }) => later.includes(to)).reduce((sum, { customers }) => sum + customers, 0);
  return left === 0
    ? "All who were active still are"
    : `${share(left / were, 0)} of those who were active have cooled or lapsed`;
}

const enough = 30;

/** The cohort whose second month was the weakest among those large enough to tell, where it is seen and not forecast. */
export function cohortFinding({ cohorts }: Pick<Lifecycle, "cohorts">): string {
  const seen = cohorts
    .filter(({ customers }) => customers >= enough)
    .flatMap((cohort) => {
      const first = cohort.retention.filter(
        ({ age, rate, is_forecast }) => age >= 1 && age <= 3 && rate !== null && !is_forecast,
      );
      return first.length < 3
        ? []
        : [{ month: cohort.month, rate: first.reduce((sum, { rate }) => sum + (rate ?? 0), 0) / 3 }];
    })
    .slice(-12);
  if (seen.length < 2) return "Retention by month of first order";
  const least = seen.reduce((a, b) => (b.rate < a.rate ? b : a));
  return `The cohort of ${month(least.month)} came back least in its first three months`;
}

/** Where P(alive) falls to one half at the most repeat orders that the surface shows. */
export function surfaceFinding({ surface }: Pick<Lifecycle, "surface">): string {
  const column = surface.frequencies.length - 1;
  const frequency = surface.frequencies[column];
  const values = surface.probability_alive.map((row) => row[column] ?? null);
  const at = crossing(surface.days_since, values, 0.5);
  const all = surface.probability_alive.flat();
  if (all.length > 0 && all.every((one) => one !== null && one > 0.995)) return "The model sees nobody leave";
  return at === null || frequency === undefined
    ? "P(alive) by repeat orders and days since the last one"
    : `P(alive) is 0.5 after ${integer(at)} days at ${frequency} repeat orders`;
}
