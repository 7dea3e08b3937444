import type { ExperimentComparison, ExperimentVariant } from "../../../shared/api/contract/experiments.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Term } from "../../components/Term.tsx";
import { bytes, decimal, integer, money, seconds, share, signed } from "../../format/format.ts";

interface Props {
  readonly cost: NonNullable<ExperimentVariant["cost"]>;
  readonly comparison: ExperimentComparison | undefined;
}

/** What the variant changes and what it cost, in figures. */
export function Figures({ cost, comparison }: Props) {
  const { currency } = useBrand();
  const changed = (column: string) => comparison?.changes.find((one) => one.column === column)?.changed ?? null;
  const total = (column: string) => comparison?.totals.find((one) => one.column === column);
  const of = comparison?.customers ?? 0;
  const part = (count: number | null) => (count === null ? "" : `${share(of > 0 ? count / of : null)} of customers`);
  const value = total("predicted_value_minor");
  const purchases = total("expected_purchases");
  const relative = (one: typeof value) =>
    one && one.base !== null && one.variant !== null && one.base !== 0 ? one.variant / one.base - 1 : null;
  const change = (one: typeof value) => {
    const by = relative(one);
    return by === null ? "" : `${signed(share(by), by)} on the current`;
  };
  const figures: [string, string | undefined, string, string][] = [
    ["Change stage", "lifecycle_stage", integer(changed("lifecycle_stage")), part(changed("lifecycle_stage"))],
    ["Change tier", undefined, integer(changed("value_tier")), part(changed("value_tier"))],
    ["Change risk band", "return_risk_band", integer(changed("return_risk_band")), part(changed("return_risk_band"))],
    [`Predicted value, ${currency}`, undefined, money(value?.variant ?? null, currency, true), change(value)],
    ["Expected purchases", "expected_purchases", decimal(purchases?.variant ?? null, 0), change(purchases)],
    ["Reused", "reused", share(cost.reused / Math.max(1, cost.tasks), 0), `${integer(cost.computed)} tasks computed`],
    ["Took", undefined, seconds(cost.seconds), `${decimal(cost.core_seconds, 1)} core s, ${bytes(cost.bytes_written)}`],
  ];
  return (
    <div className="strip">
      {figures.map(([label, term, text, under]) => (
        <div key={label}>
          <div className="k">{term ? <Term name={term}>{label}</Term> : label}</div>
          <div className="v clip">{text}</div>
          <div className="s" title={under}>
            {under}&nbsp;
          </div>
        </div>
      ))}
    </div>
  );
}
