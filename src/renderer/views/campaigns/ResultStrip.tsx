import type { CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Term } from "../../components/Term.tsx";
import { day, integer, share, signed, unknown } from "../../format/format.ts";
import { effectMoney, oddsText } from "./words.ts";

/** Extra revenue and buyers with limits, the two sides, and whether the split holds. */
export function ResultStrip({ result }: { result: CampaignResult }) {
  const { currency } = useBrand();
  const { revenue, purchases } = result;
  const whole = (value: number) => signed(integer(value), value);
  const treated = result.arms.filter(({ is_control }) => !is_control);
  const contacted = treated.reduce((sum, { customers }) => sum + customers, 0);
  const kept = result.arms.filter(({ is_control }) => is_control).reduce((sum, { customers }) => sum + customers, 0);
  return (
    <div className="strip low">
      <div>
        <div className="k">
          <Term name="incremental_revenue">Extra revenue, {currency}</Term>
        </div>
        <div className="v">{revenue ? effectMoney(revenue.total, currency) : unknown}</div>
        <div className="s">
          {revenue ? `${effectMoney(revenue.total_low, currency)} to ${effectMoney(revenue.total_high, currency)}` : ""}
          &nbsp;
        </div>
      </div>
      <div>
        <div className="k">
          <Term name="incremental_purchases">Extra buyers</Term>
        </div>
        <div className="v">{purchases ? whole(purchases.total) : unknown}</div>
        <div className="s">
          {purchases ? `${whole(purchases.total_low)} to ${whole(purchases.total_high)}` : ""}&nbsp;
        </div>
      </div>
      <div>
        <div className="k">Bought, contacted</div>
        <div className="v">{share(purchases?.treated_mean)}</div>
        <div className="s">of {integer(contacted)}</div>
      </div>
      <div>
        <div className="k">
          Bought, <Term name="kept_out">kept out</Term>
        </div>
        <div className="v">{share(purchases?.control_mean)}</div>
        <div className="s">of {integer(kept)}</div>
      </div>
      <div>
        <div className="k">Days that count</div>
        <div className="v">
          {integer(result.elapsed_days)} <small>of {integer(result.days)}</small>
        </div>
        <div className="s">after {day(result.starts_on)}</div>
      </div>
      <div>
        <div className="k">
          <Term name="sample_ratio">Split as planned</Term>
        </div>
        <div className="v">{splitText(result)}</div>
        <div className="s">
          {result.sample_ratio_p === null
            ? "one group"
            : `${result.is_plan_known ? "by chance" : "plan guessed,"} ${oddsText(result.sample_ratio_p)}`}
        </div>
      </div>
    </div>
  );
}

function splitText({ sample_ratio_p }: CampaignResult): string {
  if (sample_ratio_p === null) return unknown;
  return sample_ratio_p < 0.001 ? "No" : "Yes";
}
