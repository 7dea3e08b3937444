import type { Json } from "../base/canonical-json.ts";
import type { Column, ColumnTable } from "./column.ts";
import type { ParamSpecs, Params } from "./params.ts";
import type { InputReference } from "./step.ts";
import type { MethodTarget, MethodTrial, ModelTarget, TournamentChoice } from "./tournament.ts";
import type { VerdictCondition } from "./verdict.ts";

export type ModelGroup =
  | "lifecycle"
  | "value"
  | "preferences"
  | "engagement"
  | "returns"
  | "audiences"
  | "measurement"
  | "own";

/** An input of a model: a feature table, or another model's scores. */
export type ModelInput = { readonly feature: string } | { readonly scores: string };

export interface ModelCard {
  readonly purpose: string;
  readonly method: string;
  readonly references: readonly string[];
  readonly assumptions: readonly string[];
  readonly limits: readonly string[];
  readonly metrics: readonly string[];
}

export interface ModelContext {
  /** Length of the forecast in days (365; 90 for probability_purchase; all by --horizon-days). */
  readonly horizonDays: number;
  readonly purchaseHorizonDays: number;
  readonly seed: number;
  readonly throwIfCancelled: () => void;
  /** The part of all customers that `fit` reads where it reads a sample; 1 where that isn't said. */
  readonly share?: number;
  /** The day of the fit or of the scores, in days since 1970. */
  readonly asOf?: number;
  /** Fits of the models that are consulted, for `fit` and trials alone. */
  readonly fits?: Readonly<Record<string, Json>>;
  /** What the tournament among the model's methods came to, for `fit` alone. */
  readonly choice?: TournamentChoice;
}

/** What a time split gives to `evaluate`: everything at the cut, and what followed within the horizon. */
export interface Holdout {
  readonly horizonDays: number;
  /** One row per customer known at the cut: customer_id, n_purchases (transaction days), revenue_minor, next_purchase_days (NaN: none). */
  readonly outcomes: ColumnTable;
  /** customer_id, category, n_lines bought within the horizon, median_price_percentile (NaN where unknown). */
  readonly outcomeCategories: ColumnTable;
  /** What followed the cut, as the model's `outcomes` name it. */
  readonly tables?: Tables;
}

/** Customers of like prediction and what became of them: the mean predicted (null where there is only a name) and the mean seen
 *  with its 95 % interval. */
export interface CalibrationBin {
  readonly label: string;
  readonly expected: number | null;
  readonly actual: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Metric with its 95 % interval beside the naive baseline's value of the same metric, on the same customers. */
export interface Evaluation {
  readonly metric: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly baseline: string;
  readonly baselineValue: number;
  readonly n: number;
  readonly higherIsBetter: boolean;
  readonly beatsBaseline: boolean;
  /** How much better than the baseline (positive is better) with its 95 % interval, where both were compared customer by customer;
   *  without it the own interval is held against the baseline's value. */
  readonly advantage?: { readonly value: number; readonly low: number; readonly high: number };
  /** Length of what was judged on, where it isn't the split's own. */
  readonly horizonDays?: number;
  /** Groups behind the metric, where it has some. */
  readonly calibration?: readonly CalibrationBin[];
}

export type Tables = Readonly<Record<string, ColumnTable>>;

/** The methods by which a model can answer, and how they are tried on what followed a cut. */
export interface Contest {
  readonly target: MethodTarget;
  /** Parameter of the model that fixes a method. */
  readonly param: string;
  /** Rises when trials may come out otherwise. */
  readonly version: number;
  readonly methods: readonly {
    readonly name: string;
    readonly title: string;
    /** Why it stands beside the others and can't be chosen. */
    readonly onlyShown?: string;
  }[];
  /** The method that stands where nothing could be judged. */
  readonly standing: string;
  /** Tables of what followed a cut. */
  readonly outcomes: Readonly<Record<string, { readonly feature: string }>>;
  /** Each method fitted on what was known at the cut and held against what followed, the naive forecast ("naive") among them. */
  readonly trial: (inputs: Tables, after: Tables, params: Params, context: ModelContext) => readonly MethodTrial[];
}

/** A model is one file. `fit` returns JSON (null where there is nothing to fit); `score` returns one row per row of its first
 *  input with its keys (customer_id), every output, `enough_data` (1/0) and `reason` (text or null). */
export interface ModelDeclaration {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly group: ModelGroup;
  readonly inputs: Readonly<Record<string, ModelInput>>;
  /** Tables of what followed a cut, for `evaluate` alone. */
  readonly outcomes?: Readonly<Record<string, { readonly feature: string }>>;
  /** Tables for `fit` alone, beside the inputs. */
  readonly learns?: Readonly<Record<string, { readonly feature: string }>>;
  /** How many buckets of customers its fit reads where there are several (50,000 to 100,000 customers each, by the hash in their ids): one,
   *  with all that is made of it, unless it says so many, or all. */
  readonly fitBuckets?: number | "all";
  /** What a row of the scores is of, where it isn't a customer; the first column names it. */
  readonly keys?: readonly Column[];
  /** Rows (keys and reason) that stand in the scores without any, and aren't read into memory; `where` is SQL that chooses them. */
  readonly unscored?: { readonly from: InputReference; readonly where: string };
  readonly params: ParamSpecs;
  /** The inputs that `score` is given, where a customer's scores follow from their own rows of these and the fit alone: whose rows are
   *  as they were at the week's end isn't scored again. `isDaily` tells a fit by which scores depend on the day as well. */
  readonly apart?: { readonly inputs: readonly string[]; readonly isDaily?: (fitted: Json) => boolean };
  /** Whether a customer's scores follow from their own rows of all inputs, the fit and the day alone: of many customers some are scored
   *  after the others. What is `apart` is separate. */
  readonly isSeparate?: true;
  readonly outputs: readonly Column[];
  readonly card: ModelCard;
  /** The metric that the verdict rests on; the first evaluation unless named. */
  readonly mainMetric?: string;
  /** What further metrics have to say for the model to be proven: that it is surely better than the baseline too, or that it isn't
   *  surely worse. Metrics that can't be told ask for nothing. */
  readonly alsoDecide?: Readonly<Record<string, VerdictCondition>>;
  /** Tournaments that it enters: the column of its scores that answers, and why it is only shown where it can't be chosen. */
  readonly competes?: readonly {
    readonly target: ModelTarget;
    readonly column: string;
    readonly onlyShown?: string;
  }[];
  /** The tournament among its own methods, where it has several. */
  readonly contest?: Contest;
  /** Models whose fits its own fit reads. */
  readonly consults?: readonly string[];
  /** What has to be delivered before it can be judged, in words, where its inputs don't say it. */
  readonly needs?: string;
  readonly fit: (inputs: Tables, params: Params, context: ModelContext) => Json;
  readonly score: (inputs: Tables, fitted: Json, params: Params, context: ModelContext) => ColumnTable;
  readonly evaluate: (
    inputs: Tables,
    scores: ColumnTable,
    holdout: Holdout,
    fitted: Json,
    params: Params,
    context: ModelContext,
  ) => readonly Evaluation[];
}
