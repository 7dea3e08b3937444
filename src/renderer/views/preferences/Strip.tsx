import type { Choices, Preferences } from "../../../shared/api/contract/preferences.ts";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, reason, share, unknown, word } from "../../format/format.ts";

interface Props {
  readonly data: Preferences;
  /** Whether what a model says isn't shown, as it isn't proven. */
  readonly isHidden: (model: string) => boolean;
}

const hidden = "Not shown: unproven";

/** What is known of taste, and of how many. */
export function Strip({ data, isHidden }: Props) {
  const { buyers, categories, brands, channels, discount, price } = data;
  const part = (scored: number) => `${share(scored / Math.max(1, buyers), 0)} of ${integer(buyers)} buyers`;
  const dearest = price.rows.reduce((sum, { tiers }) => sum + (tiers[4] ?? 0), 0);
  const first = (choices: Choices, label: string, model: string) => (
    <First
      choices={choices}
      label={label}
      term="first_choice"
      known={part(choices.scored)}
      isHidden={isHidden(model)}
    />
  );
  const noTier = isHidden("price_tier") ? hidden : price.scored === 0 ? word(reason(price.reason)) : null;
  const noDiscount = isHidden("discount_affinity")
    ? hidden
    : discount.scored === 0
      ? word(reason(discount.reason))
      : null;
  return (
    <div className="strip low">
      {first(categories, "First category", "category_affinity")}
      {first(brands, "First brand", "brand_affinity")}
      <div>
        <div className="k">
          <Term name="price_tier">Dearest price tier</Term>
        </div>
        <div className="v clip">{noTier === null ? integer(dearest) : unknown}</div>
        <div className="s">{noTier ?? `${share(dearest / Math.max(1, price.scored), 0)} of those with a tier`}</div>
      </div>
      <div>
        <div className="k">
          <Term name="discount_affinity">Discount affinity, mean</Term>
        </div>
        <div className="v clip">{noDiscount === null ? decimal(discount.mean_affinity) : unknown}</div>
        <div className="s">{noDiscount ?? part(discount.scored)}</div>
      </div>
      <First
        choices={channels}
        label="Preferred channel"
        term="channel_preference"
        known={part(channels.scored)}
        isHidden={isHidden("channel_preference")}
        isWord
      />
    </div>
  );
}

interface FirstProps {
  readonly choices: Choices;
  readonly label: string;
  readonly term: string;
  readonly known: string;
  readonly isHidden: boolean;
  /** Whether the name is one of the program's words and not the retailer's. */
  readonly isWord?: boolean;
}

function First({ choices, label, term, known, isHidden, isWord = false }: FirstProps) {
  const first = isHidden ? undefined : choices.rows[0];
  return (
    <div>
      <div className="k">
        <Term name={term}>{label}</Term>
      </div>
      <div className="v clip" title={first?.name}>
        {first ? (isWord ? word(first.name) : first.name) : unknown}{" "}
        {first && <small>{share(first.first / Math.max(1, choices.scored), 0)}</small>}
      </div>
      <div className="s">{first ? known : isHidden ? hidden : word(reason(choices.reason))}</div>
    </div>
  );
}
