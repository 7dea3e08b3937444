import type { Choices, Preferences } from "../../../shared/api/contract/preferences.ts";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, reason, share, unknown, word } from "../../format/format.ts";

/** What is known of taste, and of how many. */
export function Strip({ data }: { data: Preferences }) {
  const { buyers, categories, brands, channels, discount, price } = data;
  const part = (scored: number) => `${share(scored / Math.max(1, buyers), 0)} of ${integer(buyers)} buyers`;
  const dearest = price.rows.reduce((sum, { tiers }) => sum + (tiers[4] ?? 0), 0);
  const first = (choices: Choices, label: string, term: string) => (
    <First choices={choices} label={label} term={term} known={part(choices.scored)} />
  );
  return (
    <div className="strip low">
      {first(categories, "First category", "first_choice")}
      {first(brands, "First brand", "first_choice")}
      <div>
        <div className="k">
          <Term name="price_tier">Dearest price tier</Term>
        </div>
        <div className="v clip">{price.scored === 0 ? unknown : integer(dearest)}</div>
        <div className="s">{price.scored === 0 ? word(reason(price.reason)) : `tiers of ${part(price.scored)}`}</div>
      </div>
      <div>
        <div className="k">
          <Term name="discount_affinity">Discount affinity, mean</Term>
        </div>
        <div className="v clip">{decimal(discount.mean_affinity)}</div>
        <div className="s">{discount.scored === 0 ? word(reason(discount.reason)) : part(discount.scored)}</div>
      </div>
      <First
        choices={channels}
        label="Preferred channel"
        term="channel_preference"
        known={part(channels.scored)}
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
  /** Whether the name is one of the program's words and not the retailer's. */
  readonly isWord?: boolean;
}

function First({ choices, label, term, known, isWord = false }: FirstProps) {
  const [first] = choices.rows;
  return (
    <div>
      <div className="k">
        <Term name={term}>{label}</Term>
      </div>
      <div className="v clip" title={first?.name}>
        {first ? (isWord ? word(first.name) : first.name) : unknown}{" "}
        {first && <small>{share(first.first / Math.max(1, choices.scored), 0)}</small>}
      </div>
      <div className="s">{first ? known : word(reason(choices.reason))}</div>
    </div>
  );
}
