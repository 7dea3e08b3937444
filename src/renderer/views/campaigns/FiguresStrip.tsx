import type { CampaignFigures } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Term } from "../../components/Term.tsx";
import { integer, share, unknown } from "../../format/format.ts";
import { effectMoney, effectPoints } from "./words.ts";

interface Props {
  readonly figures: CampaignFigures | undefined;
  readonly goal: "revenue" | "purchases";
  readonly isWaiting?: boolean;
}

/** How many it reaches, and the smallest effect that would show. */
export function FiguresStrip({ figures, goal, isWaiting = false }: Props) {
  const { currency } = useBrand();
  const out = figures?.left_out.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const { revenue_minor, revenue_relative, purchase_rate, purchase_rate_relative } = figures?.detectable ?? {};
  const relative = goal === "revenue" ? revenue_relative : purchase_rate_relative;
  const least =
    goal === "revenue"
      ? revenue_minor == null
        ? unknown
        : effectMoney(revenue_minor, currency)
      : purchase_rate == null
        ? unknown
        : effectPoints(purchase_rate);
  return (
    <div className="strip low" data-waiting={isWaiting}>
      <div>
        <div className="k">Audience</div>
        <div className="v">{integer(figures?.audience)}</div>
        <div className="s">{out > 0 ? `${integer(out)} left out` : "nobody left out"}</div>
      </div>
      <div>
        <div className="k">Contacted</div>
        <div className="v">{integer(figures?.contacted)}</div>
        <div className="s">{figures ? messagesText(figures) : ""}&nbsp;</div>
      </div>
      <div>
        <div className="k">
          <Term name="kept_out">Kept out</Term>
        </div>
        <div className="v">{integer(figures?.kept_out)}</div>
        <div className="s">{figures?.kept_out === 0 ? "nothing to compare with" : "to compare with"}</div>
      </div>
      <div>
        <div className="k">Would buy anyway</div>
        <div className="v">{share(figures?.base_rate)}</div>
        <div className="s">
          {figures?.base_revenue_minor == null
            ? "not known"
            : `${currency} ${effectMoney(figures.base_revenue_minor, currency).replace("+", "")} each`}
        </div>
      </div>
      <div>
        <div className="k">
          <Term name="minimum_detectable_effect">
            {goal === "revenue" ? `Smallest effect, ${currency} each` : "Smallest effect"}
          </Term>
        </div>
        <div className="v">{least}</div>
        <div className="s">{relative == null ? "no effect would show" : `a rise by ${share(relative, 0)}`}</div>
      </div>
    </div>
  );
}

function messagesText({ arms }: CampaignFigures): string {
  const n = arms.filter(({ is_control }) => !is_control).length;
  return n === 1 ? "one message" : `${integer(n)} messages`;
}
