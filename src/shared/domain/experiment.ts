import type { Params } from "./params.ts";

type ParamValue = Params[string];
/** Parameters by name; null is the program's own value. */
type ChangedParams = Readonly<Record<string, ParamValue | null>>;

/** An experiment as it was asked for: variants by name, each with what it changes. */
export interface ExperimentBody {
  readonly experiment: string;
  readonly note: string;
  readonly variants: readonly { readonly variant: string; readonly params: Params }[];
  readonly models: readonly string[] | null;
  readonly horizon_days: number | null;
  readonly as_of: string | null;
}

export interface VariantCost {
  readonly run_id: string;
  readonly seconds: number;
  readonly core_seconds: number;
  readonly tasks: number;
  readonly reused: number;
  readonly computed: number;
  readonly bytes_written: number;
  readonly ran_at: string;
  readonly host: string;
}

export interface ExperimentState extends Omit<ExperimentBody, "variants"> {
  readonly asked: ExperimentBody;
  readonly created_at: string;
  variants: {
    readonly variant: string;
    readonly params: Params;
    snapshot_id: string | null;
    base_snapshot_id: string | null;
    cost: VariantCost | null;
  }[];
  outcome: "promoted" | "dropped" | null;
  ended_at: string | null;
  promoted_variant: string | null;
  /** What the promoted values stood in for. */
  replaced: ChangedParams;
  /** How often its end was taken back. */
  reopened: number;
}

export interface ExperimentEntryBodies {
  /** The brand's own values of parameters; null goes back to the program's. `from` names the experiment that tried them. */
  params_changed: { params: ChangedParams; from: string | null };
  experiment_created: ExperimentBody;
  experiment_ran: {
    experiment: string;
    variant: string;
    snapshot_id: string;
    base_snapshot_id: string;
    cost: VariantCost;
  };
  experiment_ended: {
    experiment: string;
    outcome: "promoted" | "dropped";
    variant: string | null;
    replaced?: ChangedParams;
  };
  experiment_reopened: { experiment: string };
}

export interface ExperimentsState {
  /** The brand's own values of parameters, by "model.parameter". */
  params: Map<string, { value: ParamValue; set_at: string; from: string | null }>;
  experiments: Map<string, ExperimentState>;
}

type Folds = {
  readonly [K in keyof ExperimentEntryBodies]: (
    state: ExperimentsState,
    body: ExperimentEntryBodies[K],
    entry: { readonly at: string },
  ) => void;
};

const open = { outcome: null, ended_at: null, promoted_variant: null, replaced: {} };

export const experimentFolds: Folds = {
  params_changed: (state, { params, from }, { at }) => {
    for (const [name, value] of Object.entries(params)) {
      if (value === null) state.params.delete(name);
      else state.params.set(name, { value, set_at: at, from });
    }
  },
  experiment_created: (state, body, { at }) => {
    if (state.experiments.has(body.experiment)) return;
    const fresh = { snapshot_id: null, base_snapshot_id: null, cost: null };
    const variants = body.variants.map((one) => ({ ...one, ...fresh }));
    state.experiments.set(body.experiment, { ...body, ...open, reopened: 0, asked: body, created_at: at, variants });
  },
  experiment_ran: (state, { experiment, variant, ...ran }) => {
    const found = state.experiments.get(experiment)?.variants.find((one) => one.variant === variant);
    if (found) Object.assign(found, ran);
  },
  experiment_ended: (state, { experiment, outcome, variant, replaced = {} }, { at }) => {
    const found = state.experiments.get(experiment);
    if (found && found.outcome === null)
      Object.assign(found, { outcome, ended_at: at, promoted_variant: variant, replaced });
  },
  experiment_reopened: (state, { experiment }) => {
    const found = state.experiments.get(experiment);
    if (found && found.outcome !== null) Object.assign(found, { ...open, reopened: found.reopened + 1 });
  },
};
