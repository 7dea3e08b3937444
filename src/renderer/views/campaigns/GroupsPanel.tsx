import type { CampaignFigures } from "../../../shared/api/contract/campaigns.ts";
import { Icon } from "../../components/Icon.tsx";
import { NumberInput } from "../../components/NumberInput.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { integer, unknown } from "../../format/format.ts";
import { addVariant, dropVariant, nameTyped, type PlanForm } from "./plan.ts";

interface Props {
  readonly form: PlanForm;
  readonly onForm: (form: PlanForm) => void;
  readonly figures: CampaignFigures | undefined;
}

const mostVariants = 8;

/** Which message goes to which part, who is kept out, and what the campaign is judged by. */
export function GroupsPanel({ form, onForm, figures }: Props) {
  const set = (more: Partial<PlanForm>) => onForm({ ...form, ...more });
  const setVariant = (id: number, more: Partial<PlanForm["variants"][number]>) =>
    set({ variants: form.variants.map((one) => (one.id === id ? { ...one, ...more } : one)) });
  const customersOf = (name: string) => figures?.arms.find(({ variant }) => variant === name)?.customers;
  return (
    <Panel
      title="Groups"
      under="Drawn at random by a fixed number of each person: the same person comes to the same side every time"
    >
      <table className="plain groups">
        <thead>
          <tr>
            <th>Message</th>
            <th className="num">Share, %</th>
            <th className="num">Customers</th>
            <th>
              <span className="sr">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {form.variants.map(({ id, variant, share }) => (
            <tr key={id}>
              <td>
                <input
                  className="field"
                  aria-label="Name of the message"
                  value={variant}
                  onChange={(event) => setVariant(id, { variant: nameTyped(event.target.value) })}
                />
              </td>
              <td className="num">
                <NumberInput
                  className="field short"
                  min={1}
                  max={100}
                  aria-label={`Share of ${variant}`}
                  value={share}
                  onChange={(typed) => setVariant(id, { share: typed })}
                />
              </td>
              <td className="num strong">
                {customersOf(variant) === undefined ? unknown : integer(customersOf(variant))}
              </td>
              <td className="num">
                {form.variants.length > 1 && (
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={`Remove ${variant}`}
                    onClick={() => onForm(dropVariant(form, id))}
                  >
                    <Icon name="close" />
                  </button>
                )}
              </td>
            </tr>
          ))}
          <tr>
            <td>
              <Term name="kept_out">Kept out</Term>, of the audience
            </td>
            <td className="num">
              <NumberInput
                className="field short"
                min={0}
                max={90}
                aria-label="Share kept out"
                value={form.holdout}
                onChange={(holdout) => set({ holdout })}
              />
            </td>
            <td className="num strong">{integer(figures?.kept_out)}</td>
            <td />
          </tr>
        </tbody>
      </table>
      <div className="group-foot">
        <button
          type="button"
          className="button"
          disabled={form.variants.length >= mostVariants}
          onClick={() => onForm(addVariant(form))}
        >
          <Icon name="plus" /> Message
        </button>
        <label className="inline">
          Judged by
          <select
            className="field"
            value={form.goal}
            onChange={(event) => set({ goal: event.target.value === "purchases" ? "purchases" : "revenue" })}
          >
            <option value="revenue">revenue</option>
            <option value="purchases">how many buy</option>
          </select>
        </label>
        <label className="inline">
          within
          <NumberInput
            className="field short"
            min={1}
            max={365}
            aria-label="Days that count"
            value={form.days}
            onChange={(days) => set({ days })}
          />
          days
        </label>
      </div>
    </Panel>
  );
}
