import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import { useBrand } from "../../../app/BrandContext.ts";
import { useAsk } from "../../../client/queries.ts";
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
        <label className="on">
          Stands for, days
          <input
            className="field"
            type="number"
            min={1}
            max={60}
            value={form.days}
            onChange={(event) => set({ days: Number(event.target.value) })}
          />
        </label>
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
        <label className="on">
          Contacts at most
          <input
            className="field"
            type="number"
            min={0}
            placeholder="no limit"
            value={form.contacts ?? ""}
            onChange={(event) => set({ contacts: event.target.value === "" ? null : Number(event.target.value) })}
          />
        </label>
        <label className="on">
          Cost of a contact, {currency}
          <input
            className="field"
            type="number"
            min={0}
            step={0.01}
            value={form.contactCost}
            onChange={(event) => set({ contactCost: Number(event.target.value) })}
          />
        </label>
        {plan && plan.margin.assumed !== null && (
          <label className="on">
            <span>
              <Term name="assumed_margin">Margin assumed</Term>, % of price
            </span>
            <input
              className="field"
              type="number"
              min={1}
              max={100}
              value={form.margin}
              onChange={(event) => set({ margin: Number(event.target.value) })}
            />
          </label>
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
