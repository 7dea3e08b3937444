import type { CampaignEffect, CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { EffectBars } from "../../charts/EffectBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { integer, share, signed } from "../../format/format.ts";
import { effectMoney, effectPoints, findingOf, nextStep } from "./words.ts";

/** The finding, its interval about zero for the whole and for each message, and what to do with it. */
export function EffectPanel({ result }: { result: CampaignResult }) {
  const { currency } = useBrand();
  const { goal } = result;
  const whole = goal === "revenue" ? result.revenue : result.purchases;
  const text = (value: number) => (goal === "revenue" ? effectMoney(value, currency) : effectPoints(value));
  const variants = result.arms.filter(({ is_control }) => !is_control);
  const bars = [
    ...(whole ? [barOf("All contacted", whole)] : []),
    ...(variants.length > 1
      ? variants.flatMap((arm) => {
          const own = goal === "revenue" ? arm.revenue : arm.purchases;
          return own ? [barOf(arm.variant, own)] : [];
        })
      : []),
  ];
  return (
    <Panel
      title={findingOf(result, currency)}
      under={
        goal === "revenue"
          ? `Difference to those kept out, ${currency} per customer contacted`
          : "Difference in the share that buys, points per hundred contacted"
      }
    >
      {bars.length > 0 && <EffectBars bars={bars} text={text} />}
      {bars.length > 0 && (
        <div className="legend">
          <span>
            <i className="swatch" style={{ background: "var(--band)" }} /> 95 % limits
          </span>
          <span>
            <i className="line" style={{ background: "var(--ink-3)" }} />{" "}
            <Term name="always_valid">Daily-look limits</Term>
          </span>
        </div>
      )}
      <p className="note">{nextStep(result.verdict)}</p>
      {variants.length > 1 && whole && (
        <p className="ink2 note">
          {result.winner === null
            ? "Among the messages nobody is the winner: their differences may be chance."
            : `The message ${result.winner} beats every other one.`}
        </p>
      )}
      {whole && (
        <p className="ink2 note">
          {whole.relative !== null &&
            whole.relative_low !== null &&
            whole.relative_high !== null &&
            `Relative to those kept out ${percent(whole.relative)} (${percent(whole.relative_low)} to ${percent(whole.relative_high)}). `}
          <Term name="cuped">Adjusted for the year before</Term>, which explains {share(whole.explained, 0)} of the
          differences. Groups of this size show an effect of {text(whole.detectable)} in four campaigns of five.
          {result.lost > 0 &&
            ` ${integer(result.lost)} of those drawn are no customers any more: joined to another record, or erased.`}
        </p>
      )}
    </Panel>
  );
}

const percent = (value: number) => signed(share(value, 0), value);

function barOf(name: string, { value, low, high, always_low, always_high }: CampaignEffect) {
  return { name, value, low, high, alwaysLow: always_low, alwaysHigh: always_high };
}
