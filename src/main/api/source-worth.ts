import type { Worth } from "../../shared/api/contract/source-worth.ts";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot, liveBatches } from "../../shared/domain/brand-state.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { comparisonsOf, jointLimits, worthVerdict } from "../../shared/domain/source-worth.ts";
import {
  modelTargets,
  pinIn,
  pinnedChoice,
  type TournamentChoice,
  type TournamentTarget,
} from "../../shared/domain/tournament.ts";
import { scoreWithout } from "../schedule/source-worth.ts";
import { type ApiContext, findSnapshot, requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

function sourcesOf(state: BrandState): string[] {
  return [...new Set(liveBatches(state, undefined).map(({ source }) => source))].sort();
}

function documents(state: BrandState): Worth[] {
  const current = currentSnapshot(state)?.snapshot_id;
  const comparisons = comparisonsOf(sourcesOf(state).flatMap((source) => state.worth.get(source) ?? []));
  return sourcesOf(state).map((source) => {
    const found = state.worth.get(source);
    const tables = state.sources.get(source)?.mapping.tables.map(({ table }) => table) ?? [];
    return {
      source,
      tables: [...new Set(tables)],
      measured: found
        ? {
            verdict: worthVerdict(found, comparisons),
            comparisons,
            figures: found.figures.map((one) => {
              const { low: joint_low, high: joint_high } = jointLimits(one, comparisons);
              return { ...one, joint_low, joint_high };
            }),
            customers: found.customers,
            lost: found.lost,
            snapshot_id: found.snapshot_id,
            as_of: found.as_of,
            is_current: found.snapshot_id === current,
            measured_at: found.measured_at,
            cost: { ...found.cost },
          }
        : null,
    };
  });
}

interface Question {
  readonly target: TournamentTarget;
  readonly model: string;
  readonly isChosen: boolean;
  readonly weights: Readonly<Record<string, number>>;
  readonly ranking: readonly string[];
  readonly columns: Readonly<Record<string, string>>;
}

const readsFeatures = ({ inputs }: ModelDeclaration) =>
  Object.values(inputs).some((input) => "feature" in input && input.feature === "customer_features");

/** What the current snapshot's tournaments chose, pins included, and the candidates that learn from all features, with the column by which
 *  each answers. */
async function questionsOf(ctx: ApiContext, brand: string, models: readonly ModelDeclaration[]): Promise<Question[]> {
  const { snapshot, brandDir } = await findSnapshot(ctx, brand);
  const manifest = await ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id: snapshot.snapshot_id });
  const questions: Question[] = [];
  for (const target of modelTargets) {
    const file = manifest.choices?.[target];
    if (!file) continue;
    const { value } = await ctx.engine.call("artifacts.json", { brandDir, key: file.key, output: file.output });
    const choice = pinnedChoice(value as TournamentChoice, pinIn(target, manifest.params));
    const entered = models.flatMap((model) => {
      const column = model.competes?.find((one) => one.target === target)?.column;
      return column === undefined ? [] : [{ name: model.name, column, isLearned: readsFeatures(model) }];
    });
    const ask = (model: string, weights: Readonly<Record<string, number>>) => {
      const columns = entered.filter(({ name }) => weights[name] !== undefined);
      if (columns.length === 0) return;
      questions.push({
        target,
        model,
        isChosen: model === choice.chosen,
        weights,
        ranking: [],
        columns: Object.fromEntries(columns.map(({ name, column }) => [name, column])),
      });
    };
    ask(choice.chosen, choice.weights);
    // a source that only other columns tell of shows where something learns from all of them
    for (const { name, isLearned } of entered) if (isLearned && name !== choice.chosen) ask(name, { [name]: 1 });
  }
  return questions;
}

export function sourceWorthHandlers(models: readonly ModelDeclaration[]): HandlersOf<Named<"worth">> {
  return {
    "worth.list": async ({ brand }, { ctx }) => ({
      sources: documents(await requireWorkspace(ctx).brands.refresh(brand)),
    }),
    "worth.measure": async ({ brand, source }, { ctx, signal, progress }) => {
      const { brands } = requireWritable(ctx);
      const { state, snapshot, brandDir } = await findSnapshot(ctx, brand);
      const all = sourcesOf(state);
      if (source !== undefined && !all.includes(source))
        throw new AssayError(
          "not_found",
          `No source ${source} has delivered.`,
          `Sources: ${all.join(", ") || "none"}.`,
        );
      const wanted = source === undefined ? all : [source];
      const questions = await questionsOf(ctx, brand, models);
      const names = [...new Set(questions.flatMap(({ columns }) => Object.keys(columns)))].sort();
      for (const [at, one] of wanted.entries()) {
        throwIfCancelled(signal);
        const label = wanted.length > 1 ? `Without ${one} (${at + 1} of ${wanted.length})` : `Without ${one}`;
        const { splits, cost } = await scoreWithout(
          { engine: ctx.engine, catalogue: ctx.runs.catalogue, brands },
          {
            brand,
            asOf: snapshot.as_of,
            knownAt: snapshot.known_at ?? undefined,
            source: one,
            models: names,
            signal,
            permits: await ctx.runs.permits(brand),
            onProgress: (done, total) => progress({ label, done, total, unit: "tasks" }),
            ...ctx.defaults,
          },
        );
        const found = await ctx.engine.call("models.source_worth", { brandDir, questions, splits }, { signal });
        const { snapshot_id, as_of } = snapshot;
        const body = { source: one, verdict: worthVerdict(found), ...found, snapshot_id, as_of, cost };
        await brands.append(
          brand,
          "source_worth_measured",
          body,
          `worth:${one}:${snapshot_id}:${ctx.now().toISOString()}`,
        );
        ctx.tell("experiments");
      }
      return { sources: documents(await brands.refresh(brand)) };
    },
  };
}
