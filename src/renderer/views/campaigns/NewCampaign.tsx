import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useDraft } from "../../client/use-draft.ts";
import { useNeeded } from "../../client/use-needed.ts";
import { Failure, Head } from "../../components/parts.tsx";
import { AudiencePanel } from "./AudiencePanel.tsx";
import { FiguresStrip } from "./FiguresStrip.tsx";
import { GroupsPanel } from "./GroupsPanel.tsx";
import { PowerPanel } from "./PowerPanel.tsx";
import { emptyForm, type PlanForm, planInput, planProblem, problemOf } from "./plan.ts";
import { useSettled } from "./use-settled.ts";

/** Audience, messages and holdout, with what they could tell while they are chosen. */
export function NewCampaign({ names }: { names: readonly string[] }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { params } = useRoute();
  const asked = params.get("segment");
  const [form, setForm, forget] = useDraft<PlanForm>(`campaign of ${brand} for ${asked}`, {
    ...emptyForm,
    segment: asked ?? "",
  });
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const needed = useNeeded(form.name);
  const problem = problemOf(form, names) ?? (needed.isMissed ? "Name the campaign first." : null);
  const settled = useSettled(form, 350);
  const figures = useAsk("campaigns.plan", planInput(brand, settled), {
    enabled: planProblem(settled) === null,
    keep: true,
  });
  const create = async () => {
    setError(null);
    setIsSaving(true);
    try {
      await client.call("campaigns.create", { ...planInput(brand, form), campaign: form.name });
      await queries.invalidateQueries({ queryKey: ["campaigns.list"] });
      forget();
      go(`/campaigns/${form.name}`);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <>
      <Head
        title="New campaign"
        crumb={{ name: "Campaigns", to: "/campaigns" }}
        right={
          <button
            type="button"
            className="button primary"
            disabled={(problem !== null && !needed.isMissed) || isSaving || !figures.data}
            onClick={() => needed.ask(() => void create())}
          >
            Create campaign
          </button>
        }
      />
      {problem && (
        <p className="problem" role="status">
          {problem}
        </p>
      )}
      {error && <Failure error={error} />}
      {figures.error && <Failure error={figures.error} />}
      <FiguresStrip figures={figures.data} goal={form.goal} isWaiting={figures.isFetching} />
      <div className="campaign">
        <div>
          <AudiencePanel form={form} onForm={setForm} figures={figures.data} nameField={needed.field} />
          <GroupsPanel form={form} onForm={setForm} figures={figures.data} />
        </div>
        <div>
          <PowerPanel
            figures={figures.data}
            holdout={form.holdout}
            days={form.days}
            onHoldout={(holdout) => setForm({ ...form, holdout })}
          />
        </div>
      </div>
    </>
  );
}
