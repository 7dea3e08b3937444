import type { CampaignFigures } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { integer, share, unknown } from "../../format/format.ts";
import { effectMoney, effectPoints } from "./words.ts";

interface Props {
  readonly figures: CampaignFigures | undefined;
  /** Percent. */
  readonly holdout: number;
  readonly days: number;
  readonly onHoldout?: (percent: number) => void;
}

/** What other shares kept out could tell; a row chooses its share. */
export function PowerPanel({ figures, holdout, days, onHoldout }: Props) {
  const { currency } = useBrand();
  if (!figures) return null;
  const explained = figures.explained;
  return (
    <Panel
      title="How much to keep out"
      under={
        <>
          <Term name="minimum_detectable_effect">Smallest effect that shows</Term> within {integer(days)} days
        </>
      }
    >
      <table className="plain choices">
        <thead>
          <tr>
            <th>Kept out</th>
            <th className="num">Customers</th>
            <th className="num">Share that buys</th>
            <th className="num">Revenue each, {currency}</th>
          </tr>
        </thead>
        <tbody>
          {figures.choices.map((one) => {
            const percent = Math.round(one.holdout * 100);
            return (
              <tr key={one.holdout} data-chosen={percent === holdout}>
                <td>
                  {onHoldout ? (
                    <button
                      type="button"
                      className="button bare"
                      aria-pressed={percent === holdout}
                      onClick={() => onHoldout(percent)}
                    >
                      {percent} %
                    </button>
                  ) : (
                    `${percent} %`
                  )}
                </td>
                <td className="num">{integer(one.kept_out)}</td>
                <td className="num nowrap">
                  {one.detectable.purchase_rate === null ? unknown : effectPoints(one.detectable.purchase_rate)}
                </td>
                <td className="num nowrap">
                  {one.detectable.revenue_minor === null
                    ? unknown
                    : effectMoney(one.detectable.revenue_minor, currency)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="ink2 note">
        Without a message {share(figures.base_rate)} of these people are expected to buy.
        {explained >= 0.01 && (
          <>
            {" "}
            What they spent the year before explains {share(explained, 0)} of the differences in revenue and is{" "}
            <Term name="cuped">taken out</Term>.
          </>
        )}{" "}
        A smaller true effect mostly ends as “no sure difference”.
      </p>
    </Panel>
  );
}
