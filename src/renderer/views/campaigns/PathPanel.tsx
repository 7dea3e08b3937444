import type { CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { EffectPath } from "../../charts/EffectPath.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { axisText, day, wholeUnits } from "../../format/format.ts";
import { effectMoney, effectPoints } from "./words.ts";

/** The effect as it stood each day, with the limits for one look and for all of them. */
export function PathPanel({ result, sentence }: { result: CampaignResult; sentence: string | null }) {
  const { currency } = useBrand();
  const isMoney = result.goal === "revenue";
  const text = (value: number) => (isMoney ? effectMoney(value, currency) : effectPoints(value));
  const scaled = (value: number) => (isMoney ? wholeUnits(value, currency) : value * 100);
  const days = result.path.map(({ day: on, value, low, high, always_low, always_high }) => ({
    day: on,
    value: scaled(value),
    limits: [scaled(low), scaled(high)] as const,
    always: [scaled(always_low), scaled(always_high)] as const,
  }));
  return (
    <Panel
      title="Day by day"
      under={isMoney ? `Effect so far, ${currency} per customer contacted` : "Effect so far, points"}
      {...(days.length > 0 ? { table: <PathTable result={result} text={text} /> } : {})}
    >
      {days.length > 0 ? (
        <>
          <div className="legend">
            <span>
              <i className="line" style={{ background: "var(--c1)" }} /> Effect
            </span>
            <span>
              <i className="swatch" style={{ background: "var(--band)" }} /> 95 % limits
            </span>
            <span>
              <i className="swatch" style={{ background: "var(--hair)", border: "1px solid var(--line)" }} />{" "}
              <Term name="always_valid">Daily-look limits</Term>
            </span>
          </div>
          <EffectPath days={days} text={axisText} />
        </>
      ) : (
        <p className="ink2">{emptyText(result)}</p>
      )}
      {sentence && <p className="ink2 note">{sentence}</p>}
    </Panel>
  );
}

function emptyText({ verdict, elapsed_days }: CampaignResult): string {
  if (verdict === "no_holdout") return "Without anybody kept out there is no difference to draw.";
  return elapsed_days > 60 ? "Drawn for campaigns of up to 60 days." : "The first day that counts is still to come.";
}

function PathTable({ result, text }: { result: CampaignResult; text: (value: number) => string }) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Day</th>
          <th className="num">Effect</th>
          <th className="num">95 % limits</th>
          <th className="num">Daily-look limits</th>
        </tr>
      </thead>
      <tbody>
        {result.path.map((one) => (
          <tr key={one.day}>
            <td className="nowrap">{day(one.day)}</td>
            <td className="num">{text(one.value)}</td>
            <td className="num nowrap">
              {text(one.low)} to {text(one.high)}
            </td>
            <td className="num nowrap">
              {text(one.always_low)} to {text(one.always_high)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
