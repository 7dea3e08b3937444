import type { Model } from "../../shared/api/contract/models.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { needsOf, type Verdict } from "../../shared/domain/verdict.ts";
import { digestOf, type Permits } from "../schedule/own-programs.ts";

/** Declarations behind the definitions of one brand. */
export type OwnDeclarations = (state: BrandState) => readonly ModelDeclaration[];

export function modelDocument(model: ModelDeclaration, verdicts: ((name: string) => Verdict) | null) {
  const inputs = [model.inputs, model.outcomes ?? {}, model.learns ?? {}].flatMap((tables) => Object.values(tables));
  return {
    name: model.name,
    title: model.title,
    purpose: model.card.purpose,
    group: model.group,
    version: model.version,
    inputs: Object.values(model.inputs).map((input) => ("feature" in input ? input.feature : `scores_${input.scores}`)),
    outputs: model.outputs.map(({ name }) => name),
    params: model.params as never,
    main_metric: model.mainMetric ?? null,
    verdict: verdicts ? verdicts(model.name) : null,
    needs: needsOf(
      inputs.flatMap((input) => ("feature" in input ? input.feature : [])),
      model.needs,
    ),
  };
}

/** What a model's document says beside the declaration where it is the retailer's own. */
export function ownState(state: BrandState, permits: Permits, name: string): Partial<Pick<Model, "own" | "version">> {
  const known = state.models.get(name);
  if (!known) return {};
  const { definition, version } = known;
  const digest = digestOf(definition);
  const permit = permits.get(name);
  const allowed = definition.kind === "program" ? permit?.digest === digest : null;
  const program = allowed ? (permit?.program ?? null) : null;
  return { version, own: { kind: definition.kind, digest: digest.slice(0, 12), allowed, program } };
}
