import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { minorDigits } from "../../../../shared/base/money.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { useWidth } from "../../../charts/use-width.ts";
import { NumberInput } from "../../../components/NumberInput.tsx";
import { Panel } from "../../../components/Panel.tsx";
import { integer, money } from "../../../format/format.ts";
import { effectMoney } from "../words.ts";
import { budgetScale } from "./offer-form.ts";

interface Props {
  readonly plan: OfferPlan | undefined;
  /** In whole units; null: no limit. */
  readonly budget: number | null;
  readonly onBudget: (budget: number | null) => void;
}

const [height, left, bottom] = [132, 8, 20];

/** How much may be given away, and what the best choice is worth at each amount. */
export function BudgetPanel({ plan, budget, onBudget }: Props) {
  const { currency } = useBrand();
  const digits = minorDigits(currency);
  const last = plan?.curve.at(-1);
  const { most, step } = budgetScale(last?.budget_minor ?? 0, digits);
  const value = Math.min(budget ?? most, most);
  const isLimited = budget !== null && budget < most;
  return (
    <Panel title="Budget" under={`Given away and spent on contacts at most, ${currency}`}>
      {!plan || !last ? (
        <p className="ink2 note">
          Nothing is worth its price yet: the slider opens once an offer earns more than it costs.
        </p>
      ) : (
        <>
          <div className="budget">
            <input
              type="range"
              min={0}
              max={most}
              step={step}
              value={value}
              aria-label={`Budget, ${currency}`}
              aria-valuetext={isLimited ? `${currency} ${integer(value)}` : "no limit"}
              onChange={(event) => onBudget(Number(event.target.value) >= most ? null : Number(event.target.value))}
            />
            <NumberInput
              className="field short"
              min={0}
              step="any"
              aria-label={`Budget as a number, ${currency}`}
              placeholder="no limit"
              takesNothing
              value={budget}
              onChange={onBudget}
            />
          </div>
          <Curve plan={plan} at={value * 10 ** digits} most={most * 10 ** digits} />
          <p className="ink2 note">
            All that is worth it costs {currency} {money(last.budget_minor, currency)} and adds{" "}
            {effectMoney(last.expected_minor, currency)} with {integer(last.contacts)} offers. What is spent first
            brings most: whoever answers much and would hardly have bought anyway comes first.
          </p>
        </>
      )}
    </Panel>
  );
}

function Curve({ plan, at, most }: { plan: OfferPlan; at: number; most: number }) {
  const { currency } = useBrand();
  const [frame, width] = useWidth<HTMLDivElement>(520);
  const points = [{ budget_minor: 0, expected_minor: 0 }, ...plan.curve];
  const top = Math.max(1, ...points.map(({ expected_minor }) => expected_minor));
  const x = (budget: number) => left + (budget / Math.max(1, most)) * (width - 2 * left);
  const y = (value: number) => height - bottom - (Math.max(0, value) / top) * (height - bottom - 14);
  const line = points.map(({ budget_minor, expected_minor }) => `${x(budget_minor)},${y(expected_minor)}`).join(" ");
  const middle = plan.curve[Math.floor(plan.curve.length / 2) - 1];
  return (
    <div ref={frame}>
      <svg
        width={width}
        height={height}
        className="budget-curve"
        role="img"
        aria-label={`Expected margin by budget: ${plan.curve.map((one) => `${money(one.budget_minor, currency)} adds ${money(one.expected_minor, currency)}`).join(", ")}`}
      >
        <line x1={left} x2={width - left} y1={y(0)} y2={y(0)} stroke="var(--line)" />
        <polyline
          points={`${left},${y(0)} ${line} ${x(points.at(-1)?.budget_minor ?? 0)},${y(0)}`}
          fill="var(--band)"
        />
        <polyline points={line} fill="none" stroke="var(--c1)" strokeWidth="1.8" />
        <line x1={x(at)} x2={x(at)} y1={8} y2={y(0)} stroke="var(--ink-2)" strokeDasharray="3 3" />
        <circle cx={x(plan.spend_minor)} cy={y(plan.expected.value)} r="4" fill="var(--c1)" stroke="var(--panel)" />
        <text x={left} y={height - 5}>
          0
        </text>
        {middle && (
          <text x={x(middle.budget_minor)} y={height - 5} textAnchor="middle">
            {money(middle.budget_minor, currency)}
          </text>
        )}
        <text x={width - left} y={height - 5} textAnchor="end">
          {money(most, currency)}
        </text>
        <text x={left} y={11}>
          {money(top, currency)} expected
        </text>
      </svg>
    </div>
  );
}
