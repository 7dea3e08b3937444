import type { RefObject } from "react";
import type { CampaignFigures } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { integer } from "../../format/format.ts";
import { CapFields, LeftOut } from "./CapFields.tsx";
import { nameTyped, type PlanForm } from "./plan.ts";

interface Props {
  readonly form: PlanForm;
  readonly onForm: (form: PlanForm) => void;
  readonly figures: CampaignFigures | undefined;
  readonly nameField: RefObject<HTMLInputElement | null>;
}

/** Whom the campaign may reach, and who is left out of it. */
export function AudiencePanel({ form, onForm, figures, nameField }: Props) {
  const { brand } = useBrand();
  const segments = useAsk("segments.list", { brand });
  const templates = useAsk("templates.list", {});
  const set = (more: Partial<PlanForm>) => onForm({ ...form, ...more });
  return (
    <Panel title="Audience" under="Who may get it; suppressed people never do">
      <div className="form">
        <label className="on">
          Name
          <input
            ref={nameField}
            className="field"
            value={form.name}
            maxLength={63}
            placeholder="summer-dresses"
            onChange={(event) => set({ name: nameTyped(event.target.value) })}
          />
        </label>
        <label className="on">
          Segment
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
          List for
          <select className="field" value={form.template} onChange={(event) => set({ template: event.target.value })}>
            {(templates.data?.templates ?? [{ name: "csv", title: "Plain CSV" }]).map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <CapFields form={form} set={set} />
      <LeftOut rows={figures?.left_out ?? []} />
    </Panel>
  );
}
