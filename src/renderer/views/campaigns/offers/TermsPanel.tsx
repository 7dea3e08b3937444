import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { useAsk } from "../../../client/queries.ts";
import { NumberField } from "../../../components/NumberField.tsx";
import { Panel } from "../../../components/Panel.tsx";
import { Term } from "../../../components/Term.tsx";
import { integer, share } from "../../../format/format.ts";
import { CapFields, LeftOut } from "../CapFields.tsx";
import { type OfferForm, offeredDepths, toggled } from "./offer-form.ts";

interface Props {
  readonly form: OfferForm;
  readonly onForm: (form: OfferForm) => void;
  readonly plan: OfferPlan | undefined;
}

/** Whom the offers may go to, and what may be offered. */
export function TermsPanel({ form, onForm, plan }: Props) {
  const { brand, currency } = useBrand();
  const segments = useAsk("segments.list", { brand });
  const set = (more: Partial<OfferForm>) => onForm({ ...form, ...more });
  const categories = plan?.categories ?? [];
  return (
    <Panel title="What may be offered" under="To whom, how deep, and on what">
      <div className="form offer-terms">
        <label className="on">
          Audience
          <select className="field" value={form.segment} onChange={(event) => set({ segment: event.target.value })}>
            <option value="">Everybody who has bought</option>
            {(segments.data?.segments ?? []).map(({ segment, customers }) => (
              <option key={segment} value={segment}>
                {segment}, {integer(customers)}
              </option>
            ))}
          </select>
        </label>
        <label className="on">
          Offer on
          <select
            className="field"
            value={form.scope}
            onChange={(event) => set({ scope: event.target.value === "everything" ? "everything" : "category" })}
          >
            <option value="everything">The whole basket</option>
            <option value="category">One category each</option>
          </select>
        </label>
        <NumberField label="Stands for, days" value={form.days} min={1} max={60} onChange={(days) => set({ days })} />
      </div>
      <fieldset className="ticks">
        <legend>Price cuts allowed</legend>
        {offeredDepths.map((percent) => (
          <label key={percent} className="check">
            <input
              type="checkbox"
              checked={form.depths.includes(percent)}
              onChange={() => set({ depths: toggled(form.depths, percent).sort((a, b) => a - b) })}
            />
            {percent} %
          </label>
        ))}
      </fieldset>
      {categories.length > 1 && (
        <fieldset className="ticks">
          <legend>Categories; untick what is never reduced</legend>
          {categories.map(({ category, margin }) => (
            <label
              key={category}
              className="check"
              title={margin === null ? "No costs known" : `Margin ${share(margin, 0)}`}
            >
              <input
                type="checkbox"
                checked={!form.excluded.includes(category)}
                onChange={() => set({ excluded: toggled(form.excluded, category) })}
              />
              {category}
            </label>
          ))}
        </fieldset>
      )}
      <div className="form small">
        <NumberField
          label="Contacts at most"
          value={form.contacts}
          min={0}
          empty="no limit"
          onChange={(contacts) => set({ contacts })}
        />
        <NumberField
          label={`Cost of a contact, ${currency}`}
          value={form.contactCost}
          min={0}
          step={0.01}
          onChange={(contactCost) => set({ contactCost })}
        />
        {plan && plan.margin.assumed !== null && (
          <NumberField
            label={
              <>
                <Term name="assumed_margin">Margin assumed</Term>, % of price
              </>
            }
            value={form.margin}
            min={1}
            max={100}
            onChange={(margin) => set({ margin })}
          />
        )}
      </div>
      <CapFields form={form} set={set} />
      <LeftOut rows={plan?.left_out ?? []} />
      {plan && plan.margin.assumed !== null && (
        <p className="ink2 note">
          Costs of goods are known for {share(plan.margin.known_share, 0)} of revenue; for the rest the margin is an
          assumption.
        </p>
      )}
    </Panel>
  );
}
