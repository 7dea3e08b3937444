import type { Json } from "../../shared/base/canonical-json.ts";
import type { Column } from "../../shared/domain/column.ts";
import { isSameRow } from "../../shared/domain/lake.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { blockingRules, candidatePairs } from "./blocking.ts";
import { comparisonsOf } from "./comparisons.ts";
import { gradePairs, learnWeights } from "./match-weights.ts";
import { householdBits, PairScorer } from "./pair-scores.ts";
import { namedColumns, personAttributes } from "./person-table.ts";
import { personRowsSql } from "./records.ts";

const text = (name: string): Column => ({ name, type: "VARCHAR" });
const double = (name: string, unit?: string): Column => ({ name, type: "DOUBLE", ...(unit ? { unit } : {}) });

/** Pairs less likely than this are not worth a look. */
const leastProbability = 0.05;

/** What is known of a record: of its rows the greatest value, so that the order of rows says nothing. */
const known = [
  "email",
  "phone",
  "loyalty_id",
  "full_name",
  "given_name",
  "family_name",
  "birth_date",
  "address_line",
  "postcode",
];
const open = ["city", "region", "country", "gender"];

/** Records of people that may be one person: every pair that blocking finds and that isn't unlikely, with the weight of each
 *  agreement in bits. Learned from the brand's own records; those of orders take no part, they carry keys only. */
export const recordPairs = defineStep({
  name: "record_pairs",
  version: 3,
  title: "Weigh pairs of records",
  stage: "identity",
  scope: "brand",
  timing: "none",
  inputs: {
    customers: { step: "lake_people", output: "customers_contact" },
    places: { step: "lake_people", output: "customers" },
  },
  params: {},
  outputs: [
    {
      name: "pairs",
      kind: "parquet",
      columns: [
        text("key_space"),
        text("source_record_id"),
        text("other_key_space"),
        text("other_source_record_id"),
        double("probability"),
        double("prior_bits", "bits"),
        double("household_bits", "bits"),
        { name: "weights", type: "MAP(VARCHAR, DOUBLE)" },
        { name: "levels", type: "MAP(VARCHAR, VARCHAR)" },
      ],
    },
    { name: "weights", kind: "json" },
  ],
  run: async (context) => {
    const { session } = context;
    await session.run(`CREATE TEMP TABLE known_records AS ${knownSql(context)}`);
    const table = await session.table("SELECT * FROM known_records ORDER BY key_space, source_record_id");
    const columns = [...known, ...open].map((header) => ({
      header,
      values: table.columns[header] as (string | null)[],
    }));
    const attributes = personAttributes(
      namedColumns(columns.filter(({ values }) => values.some((value) => value !== null))),
    );
    const comparisons = comparisonsOf(attributes);
    const pairs = candidatePairs(blockingRules(attributes), table.rows);
    const count = pairs.left.length;
    context.progress(count);
    const levels = gradePairs(comparisons, pairs);
    const model = learnWeights(comparisons, { levels, count }, table.rows);
    const scorer = new PairScorer(comparisons, model);
    const graded = (at: number) => (comparison: number) => levels[comparison]?.[at] ?? -1;
    const [left, right] = [(at: number) => pairs.left[at] ?? 0, (at: number) => pairs.right[at] ?? 0];
    const chance = Float64Array.from({ length: count }, (_, at) => scorer.probability(left(at), right(at), graded(at)));
    const kept = Array.from(chance.keys()).filter((at) => (chance[at] ?? 0) >= leastProbability);
    const probability = Float64Array.from(kept, (at) => chance[at] ?? 0);
    const bits = comparisons.map((_, comparison) =>
      Float64Array.from(kept, (at) => scorer.bits(comparison, levels[comparison]?.[at] ?? -1, left(at))),
    );
    const total = probability.map((_, row) => bits.reduce((sum, own) => sum + (own[row] ?? 0), scorer.priorBits));
    const names = comparisons.map(({ name }) => name);
    const values = table.columns["key_space"] as (string | null)[];
    const ids = table.columns["source_record_id"] as (string | null)[];
    const of = (column: readonly (string | null)[], side: Int32Array) =>
      kept.map((at) => column[side[at] ?? 0] ?? null);
    await session.load(
      "scored",
      {
        rows: kept.length,
        columns: {
          ...{ key_space: of(values, pairs.left), source_record_id: of(ids, pairs.left) },
          ...{ other_key_space: of(values, pairs.right), other_source_record_id: of(ids, pairs.right) },
          probability,
          prior_bits: new Float64Array(kept.length).fill(scorer.priorBits),
          household_bits: probability.map((own, row) => householdBits(own, total[row] ?? 0)),
          ...Object.fromEntries(
            comparisons.flatMap((comparison, at) => [
              [`w${at}`, bits[at] ?? new Float64Array(0)],
              [`l${at}`, kept.map((pair) => comparison.levels[levels[at]?.[pair] ?? -1] ?? "not known")],
            ]),
          ),
        },
      },
      [
        ...["key_space", "source_record_id", "other_key_space", "other_source_record_id"].map(text),
        ...["probability", "prior_bits", "household_bits"].map((name) => double(name)),
        ...names.flatMap((_, at) => [double(`w${at}`), text(`l${at}`)]),
      ],
    );
    const map = (letter: string, type: string) =>
      names.length === 0
        ? `CAST(MAP {} AS MAP(VARCHAR, ${type}))`
        : `map([${names.map(literal).join(", ")}], [${names.map((_, at) => `${letter}${at}`).join(", ")}])`;
    await context.output.query(
      "pairs",
      `SELECT key_space, source_record_id, other_key_space, other_source_record_id, probability, prior_bits, household_bits,
              ${map("w", "DOUBLE")} AS weights, ${map("l", "VARCHAR")} AS levels
       FROM scored ORDER BY key_space, source_record_id, other_key_space, other_source_record_id`,
    );
    await context.output.json("weights", {
      records: table.rows,
      pairs: count,
      prior: model.prior,
      household_prior: model.householdPrior,
      iterations: model.iterations,
      converged: model.converged,
      comparisons: model.comparisons.map(({ name, levels: names, m, u }) => ({
        name,
        levels: [...names],
        m: [...m],
        u: [...u],
      })),
    } as Json);
  },
});

function knownSql(context: StepContext): string {
  const greatest = [
    ...known.map((name) => `max(CAST(r.${name} AS VARCHAR)) AS ${name}`),
    ...open.map((name) => `max(CAST(b.${name} AS VARCHAR)) AS ${name}`),
  ];
  return `SELECT r.key_space, r.source_record_id, ${greatest.join(", ")} FROM (${personRowsSql(context)}) r
    LEFT JOIN ${context.relation("places")} b ON ${isSameRow("b", "r")}
      AND coalesce(b.source_customer_id, '') = coalesce(r.source_customer_id, '')
    WHERE r.source_record_id IS NOT NULL GROUP BY r.key_space, r.source_record_id`;
}
