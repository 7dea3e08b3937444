import type { Tournament, TournamentCandidate } from "../../shared/api/contract/tournament.ts";
import type { SnapshotManifest } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import {
  automatic,
  naiveName,
  pinIn,
  pinnedChoice,
  stackName,
  type TournamentChoice,
  type TournamentTarget,
  tournamentQuestions,
  tournamentTargets,
} from "../../shared/domain/tournament.ts";
import { planRun } from "../schedule/run-plan.ts";
import { type ApiContext, findSnapshot, requireEditable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

const mostHistory = 26;

async function choiceOf(
  ctx: ApiContext,
  brandDir: string,
  manifest: SnapshotManifest,
  target: TournamentTarget,
): Promise<TournamentChoice | null> {
  const file = manifest.choices?.[target];
  if (!file) return null;
  const { value } = await ctx.engine.call("artifacts.json", { brandDir, key: file.key, output: file.output });
  return value as TournamentChoice;
}

/** Candidates by their loss, the naive forecast and the combination among them. */
export function candidatesOf(
  choice: TournamentChoice,
  models: readonly Pick<ModelDeclaration, "name" | "title" | "contest">[],
): TournamentCandidate[] {
  const methods = models.find(({ contest }) => contest?.target === choice.target)?.contest?.methods ?? models;
  const names = [...new Set([...choice.rows.map(({ candidate }) => candidate), ...choice.ranking])];
  const titles: Readonly<Record<string, string>> = { [naiveName]: "Naive forecast", [stackName]: "Combination" };
  const found = names.map((name): TournamentCandidate => {
    const own = choice.rows.filter(({ candidate }) => candidate === name);
    const told = own.flatMap(({ relative }) => (relative === null ? [] : [Math.log(relative)]));
    const left = choice.left_out.find(({ candidate }) => candidate === name);
    const weight = name === choice.chosen ? 1 : (choice.weights[name] ?? null);
    return {
      candidate: name,
      title: titles[name] ?? methods.find((one) => one.name === name)?.title ?? name,
      weight,
      relative: told.length > 0 ? Math.exp(told.reduce((sum, one) => sum + one, 0) / told.length) : null,
      is_chosen: name === choice.chosen,
      can_be_chosen: choice.ranking.includes(name) || (name === stackName && choice.stack_weights !== null),
      reason: left?.reason ?? null,
      cuts: own.map(({ cut_on, n, relative, metrics }) => ({
        cut_on,
        n,
        relative,
        metrics: metrics.map((one) => ({ ...one })),
      })),
    };
  });
  return found.sort((a, b) => (a.relative ?? 9) - (b.relative ?? 9) || (a.candidate < b.candidate ? -1 : 1));
}

async function readTournaments(
  ctx: ApiContext,
  brand: string,
  models: readonly ModelDeclaration[],
): Promise<Tournament[]> {
  const { state, snapshot, brandDir } = await findSnapshot(ctx, brand);
  const manifestOf = (snapshot_id: string) => ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id });
  const earlier = state.snapshots
    .filter(({ is_variant, withdrawn, kept_back }) => !is_variant && !withdrawn && !kept_back)
    .sort((a, b) => (a.as_of < b.as_of ? 1 : a.as_of > b.as_of ? -1 : b.version - a.version))
    .slice(0, mostHistory);
  const manifests = await Promise.all(earlier.map(({ snapshot_id }) => manifestOf(snapshot_id)));
  const current = await manifestOf(snapshot.snapshot_id);
  const found: Tournament[] = [];
  for (const target of tournamentTargets) {
    const own = await choiceOf(ctx, brandDir, current, target);
    if (!own) continue;
    const choice = pinnedChoice(own, pinIn(target, current.params));
    const past = await Promise.all(
      manifests.map(async (manifest) => ({ manifest, choice: await choiceOf(ctx, brandDir, manifest, target) })),
    );
    const { title, naive, note, pin } = tournamentQuestions[target];
    const next = pinIn(target, { [pin.param]: state.params.get(pin.param)?.value });
    found.push({
      target,
      title,
      chosen: choice.chosen,
      found: own.chosen,
      pinned: next === automatic ? null : next,
      reason: choice.reason,
      naive,
      note: note ?? null,
      fit_on: own.fit_as_of,
      horizon_days: own.horizon_days,
      candidates: candidatesOf(choice, models),
      history: past.flatMap(({ manifest, choice: one }) => {
        const { snapshot_id, as_of } = manifest;
        const chosen = one ? pinnedChoice(one, pinIn(target, manifest.params)).chosen : null;
        return one && chosen !== null ? [{ snapshot_id, as_of, fit_on: one.fit_as_of, chosen }] : [];
      }),
    });
  }
  return found;
}

export function tournamentHandlers(models: readonly ModelDeclaration[]): HandlersOf<Named<"tournament">> {
  return {
    "tournament.read": async ({ brand }, { ctx }) => ({ targets: await readTournaments(ctx, brand, models) }),
    "tournament.pin": async ({ brand, target, model }, { ctx }) => {
      const { brands } = requireEditable(ctx);
      const state = await brands.refresh(brand);
      const { param, free } = tournamentQuestions[target].pin;
      const value = model === automatic ? free : model;
      if (model === naiveName) {
        throw new AssayError("bad_input", "The naive forecast is a yardstick, not a model.", "Pin one of the models.");
      }
      if (value !== null) planRun(state, { params: { [param]: value } }, ctx.runs.catalogue);
      const body = { params: { [param]: value }, from: null };
      await brands.append(brand, "params_changed", body, `params:${state.version}:${param}:${value}`);
      ctx.tell("experiments");
      return { ok: true };
    },
  };
}
