import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { judgedDays } from "../../../shared/domain/tournament.ts";
import type { FollowedCounts } from "../../numeric/pace.ts";
import type { Harmonic } from "../../numeric/season.ts";
import { gather, numbers } from "../tables.ts";
import type { PurchaseModel } from "./purchase-family.ts";
import { historiesOn } from "./seasonal-clock.ts";

/** Histories at earlier cuts, a cut at a time, on the clock of the fit. */
export function followed(model: PurchaseModel, earlier: ColumnTable, season: readonly Harmonic[]): FollowedCounts[] {
  const cut = numbers(earlier, "cut_days");
  return [...new Set(cut)]
    .sort((a, b) => a - b)
    .map((days) => {
      const places = Int32Array.from(cut.keys()).filter((row) => cut[row] === days);
      const pick = (name: string) => gather(numbers(earlier, name), places);
      const names = ["frequency", "recency", "t_age", "first_order_on"];
      const columns = Object.fromEntries(names.map((name) => [name, pick(name)]));
      const { frequency, recency, tAge, ahead } = historiesOn({ rows: places.length, columns }, season);
      return {
        rows: places.length,
        distributionAt: (row, t) =>
          model.distribution({ x: frequency[row] ?? 0, recency: recency[row] ?? 0, tAge: tAge[row] ?? 0 }, t),
        t: ahead(judgedDays),
        came: pick("purchases_after"),
        customers: pick("n_customers"),
      };
    });
}

/** How far paces wander by a fit as JSON. */
export function spreadOf(fitted: Json): number {
  return typeof fitted === "object" && fitted !== null && "pace_spread" in fitted ? Number(fitted.pace_spread) : 0;
}
