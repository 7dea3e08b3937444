import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, type Json } from "../../src/shared/base/canonical-json.ts";
import { createRandom } from "../../src/shared/base/random.ts";
import type { Column } from "../../src/shared/domain/column.ts";
import { defaultsOf } from "../../src/shared/domain/params.ts";
import type { InputReference } from "../../src/shared/domain/step.ts";
import type { CutName } from "../../src/shared/domain/tournament.ts";
import { steps } from "../../src/workers/catalogue.ts";
import { lineFacts, orderBuyers, soldProducts } from "../../src/workers/customers/line-facts.ts";
import { purchaseLines } from "../../src/workers/customers/purchase-lines.ts";
import { purchaseReturns } from "../../src/workers/customers/purchase-returns.ts";
import { openSession, type Session } from "../../src/workers/engine/duckdb.ts";
import { spanSql } from "../../src/workers/engine/spans.ts";
import { ident, idsSql, literal, parquet } from "../../src/workers/engine/sql.ts";
import type { Step, StepBrand, StepContext } from "../../src/workers/engine/step-context.ts";
import { returnLedger } from "../../src/workers/features/return-ledger.ts";
import { returnTies } from "../../src/workers/features/return-ties.ts";
import { returnWindow } from "../../src/workers/features/return-window.ts";

export type Row = Readonly<Record<string, Json>>;

export interface BenchOptions {
  readonly asOf?: string;
  readonly horizonDays?: number;
  readonly bucketCount?: number;
  readonly spanEnds?: readonly string[];
  readonly brand?: Partial<StepBrand>;
  readonly subject?: Json;
  /** Keeps how DuckDB would go about each statement. */
  readonly isExplained?: boolean;
  /** Whether a step that can be built on the week's end before is. */
  readonly isBuilt?: boolean;
  /** How many rows a step is told that its inputs have. */
  readonly rows?: number;
}

/** Runs declared steps over small tables, each with a DuckDB session of its own and Parquet files between them. */
export class StepBench {
  readonly #folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  readonly #files = new Map<string, string>();
  readonly #json = new Map<string, Json>();
  readonly #options: BenchOptions;
  /** How DuckDB would go about the statements whose rows were written, one text each, where that was asked for. */
  readonly plans: string[] = [];

  constructor(options: BenchOptions = {}) {
    this.#options = options;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Rows of another step's output; columns that a row leaves out are NULL. `daysBefore` as the input's reference says it. */
  async given(step: string, output: string, rows: readonly Row[], daysBefore?: number, cut?: CutName): Promise<void> {
    const columns = columnsOf(step, output);
    for (const name of rows.flatMap((row) => Object.keys(row))) {
      if (!columns.some((column) => column.name === name)) throw new Error(`${step}.${output} has no column ${name}`);
    }
    const session = await this.#session();
    await this.#write(
      session,
      slotOf({ step, output, ...(daysBefore ? { daysBefore } : {}), ...(cut ? { cut } : {}) }),
      valuesSql(columns, rows),
    );
    session.close();
  }

  givenJson(step: string, output: string, value: Json): void {
    this.#json.set(slotOf({ step, output }), value);
  }

  /** Lets what an output holds now be that of the week's end, which later steps are built on. */
  keepAsBase(step: string, output: string): void {
    const slot = slotOf({ step, output });
    for (const [name, path] of [...this.#files]) {
      if (name.split(/[#@]/)[0] !== slot) continue;
      const copy = path.replace(/\.parquet$/, "-base.parquet");
      copyFileSync(path, copy);
      this.#files.set(name.replace(slot, `${slot}-base`), copy);
    }
  }

  /** Rows of one span of what a step wrote. */
  async spanOf(step: string, output: string, span: number): Promise<Row[]> {
    const path = this.#files.get(`${step}.${output}@${span}`);
    const session = await this.#session();
    const rows = path ? await session.rows(`SELECT * FROM ${parquet([path])}`) : [];
    session.close();
    return rows;
  }

  /** Files what was given by spans of days. */
  async file(step: string, output: string, day: string, spanEnds: readonly string[]): Promise<void> {
    const slot = slotOf({ step, output });
    const whole = this.#files.get(slot) ?? "";
    this.#files.delete(slot);
    const session = await this.#session();
    for (const span of [...spanEnds, ""].keys()) {
      const rows = `SELECT * FROM ${parquet([whole])} WHERE ${spanSql(day, spanEnds)} = ${span}`;
      await this.#write(session, `${slot}@${span}`, rows);
    }
    session.close();
  }

  /** Runs a step (a bucket's step for every bucket, a span's for every span); gives the rows of its outputs in the order of their files. */
  async run(step: Step, options: BenchOptions = {}): Promise<Readonly<Record<string, Row[]>>> {
    const all = { ...this.#options, ...options, brand: { ...this.#options.brand, ...options.brand } };
    const made: Record<string, Row[]> = {};
    const buckets = step.scope === "bucket" ? (all.bucketCount ?? 1) : 1;
    const spans = step.isPerSpan ? (all.spanEnds ?? []).length + 1 : 1;
    for (let bucket = 0; bucket < buckets; bucket++)
      for (let span = 0; span < spans; span++) await this.#runPlace(step, all, { bucket, span }, made);
    return made;
  }

  async #runPlace(
    step: Step,
    options: BenchOptions,
    { bucket, span: ownSpan }: { readonly bucket: number; readonly span: number },
    made: Record<string, Row[]>,
  ): Promise<void> {
    const session = await this.#session();
    const bucketCount = options.bucketCount ?? 1;
    const keep = async (name: string, sql: string, part?: number, span?: number) => {
      const declared = step.outputs.find((output) => output.name === name);
      const own = part !== undefined ? `#${part}` : step.scope === "bucket" ? `#${bucket}` : "";
      const suffix = span === undefined ? own : `${own}@${span}`;
      if (options.isExplained) this.plans.push(JSON.stringify(await session.rows(`EXPLAIN ${sql}`)));
      const file = await this.#write(session, `${step.name}.${name}${suffix}`, sql);
      const found = await session.describe(`SELECT * FROM ${parquet([file])}`);
      const expected = (declared?.columns ?? []).map((column) => `${column.name} ${column.type}`);
      const actual = found.map((column) => `${column.name} ${column.type}`);
      if (canonicalJson(actual) !== canonicalJson(expected)) {
        throw new Error(`${step.name}.${name} is ${actual.join(", ")}; declared ${expected.join(", ")}`);
      }
      made[name] = [...(made[name] ?? []), ...(await session.rows(`SELECT * FROM ${parquet([file])}`))];
      return file;
    };
    const filesOf = (alias: string, span?: number) => {
      const isOwn = step.isPerSpan && referenceOf(step, alias).spans !== "all";
      return this.#filesOf(step, alias, bucket, span ?? (isOwn ? ownSpan : undefined));
    };
    const relation = (alias: string, span?: number) => {
      const files = filesOf(alias, span);
      const { step: source, output } = referenceOf(step, alias);
      return files.length > 0 ? parquet(files) : `(${valuesSql(columnsOf(source, output), [])})`;
    };
    const context: StepContext = {
      session,
      has: (alias) => isPlanned(step, alias, options),
      rows: () => options.rows ?? 0,
      files: filesOf,
      relation,
      json: (alias) => this.#json.get(slotOf(referenceOf(step, alias))) ?? null,
      table: (alias, ids) => session.table(`SELECT * FROM ${idsSql(relation(alias), ids ?? {})}`),
      params: defaultsOf(step.params),
      asOf: options.asOf ?? "2026-06-30",
      horizonDays: options.horizonDays ?? 365,
      purchaseHorizonDays: options.horizonDays ?? 90,
      bucket,
      bucketCount,
      share: 1,
      spanEnds: options.spanEnds ?? [],
      span: ownSpan,
      brand: { currency: "GBP", timeZone: "Europe/London", returnWindowDays: null, ...options.brand },
      random: createRandom(1, step.name),
      seed: 1,
      scratch: this.#folder,
      signal: new AbortController().signal,
      subject: options.subject ?? null,
      landedFile: () => "",
      permit: null,
      threads: 1,
      memoryBytes: 512e6,
      progress: () => undefined,
      log: () => undefined,
      output: {
        query: keep,
        table: async (name, table, columns) => {
          await session.load(`output_${name}`, table, columns);
          await keep(name, `SELECT * FROM output_${name}`);
        },
        json: async (name, value) => {
          this.#json.set(`${step.name}.${name}`, value);
          made[name] = [value as Row];
        },
      },
    };
    try {
      await this.#fillInputs(step, options);
      await step.run(context);
    } finally {
      session.close();
    }
  }

  /** Inputs that nobody gave are empty tables. */
  async #fillInputs(step: Step, options: BenchOptions): Promise<void> {
    for (const [alias, reference] of Object.entries(step.inputs)) {
      if (!isPlanned(step, alias, options)) continue;
      const slot = slotOf(reference);
      if ([...this.#files.keys()].some((known) => known.split(/[#@]/)[0] === slot) || this.#json.has(slot)) continue;
      if (outputOf(reference.step, reference.output)?.kind === "json") continue;
      await this.given(reference.step, reference.output, [], reference.daysBefore, reference.cut);
    }
  }

  #filesOf(step: Step, alias: string, bucket: number, span?: number): string[] {
    const slot = slotOf(referenceOf(step, alias));
    const whole = this.#files.get(slot);
    if (whole) return (span ?? 0) === 0 ? [whole] : [];
    const all = [...this.#files].filter(([name]) => name.split(/[#@]/)[0] === slot);
    const parts = all.filter(([name]) => span === undefined || !name.includes("@") || name.endsWith(`@${span}`));
    const own = parts.filter(([name]) => name.split("@")[0] === `${slot}#${bucket}`);
    return (step.scope === "bucket" && own.length > 0 ? own : parts).map(([, path]) => path);
  }

  async #write(session: Session, slot: string, sql: string): Promise<string> {
    const path = join(this.#folder, `${slot.replaceAll(/[^\w.@#-]/g, "_")}.parquet`);
    await session.toParquet(sql, path);
    this.#files.set(slot, path);
    writeFileSync(`${path}.sql`, sql);
    return path;
  }

  #session(): Promise<Session> {
    return openSession({ memoryLimit: 512e6, threads: 2, scratch: this.#folder });
  }
}

function isPlanned(step: Step, alias: string, { isBuilt = false }: BenchOptions): boolean {
  if (!step.inputs[alias]) return false;
  const { base } = referenceOf(step, alias);
  return base === undefined || (base === "without") !== isBuilt;
}

function referenceOf(step: Step, alias: string): InputReference {
  const reference = step.inputs[alias];
  if (!reference) throw new Error(`${step.name} has no input ${alias}`);
  return reference;
}

const slotOf = ({ step, output, daysBefore, cut, base }: InputReference) =>
  `${step}.${output}${daysBefore ? `-${daysBefore}` : ""}${cut ? `@${cut}` : ""}${base === "at" ? "-base" : ""}`;
const outputOf = (step: string, output: string) => steps.get(step)?.outputs.find(({ name }) => name === output);

function columnsOf(step: string, output: string): readonly Column[] {
  const columns = outputOf(step, output)?.columns;
  if (!columns) throw new Error(`No step declares ${step}.${output} with columns`);
  return columns;
}

function valuesSql(columns: readonly Column[], rows: readonly Row[]): string {
  const select = columns.map(({ name, type }) => `CAST(${ident(name)} AS ${type}) AS ${ident(name)}`).join(", ");
  const names = columns.map(({ name }) => ident(name)).join(", ");
  const values = (rows.length > 0 ? rows : [{}]).map(
    (row) => `(${columns.map(({ name }) => valueSql(row[name])).join(", ")})`,
  );
  return `SELECT ${select} FROM (VALUES ${values.join(", ")}) AS given(${names}) ${rows.length > 0 ? "" : "WHERE false"}`;
}

function valueSql(value: Json | undefined): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string") return literal(value);
  if (Array.isArray(value)) return `[${value.map(valueSql).join(", ")}]`;
  if (typeof value === "object")
    return `MAP {${Object.entries(value).map(([key, one]) => `${literal(key)}: ${valueSql(one)}`)}}`;
  return String(value);
}

let counted = 0;
const common = () => ({ key_space: "brand", source: "shop", batch_id: "b1", source_row: ++counted });

/** A row of the lake with what every row has. */
export const lakeRow = (row: Row): Row => ({ ...common(), ...row });

/** An order of one line; gives what the lake and identity hold of it. */
export interface BoughtOrder {
  readonly order: string;
  readonly customer: string | null;
  readonly at: string;
  readonly price?: number | null;
  readonly quantity?: number;
  readonly status?: string;
  readonly currency?: string;
  readonly lines?: readonly Row[];
}

/** Gives the bench the lake's orders and lines, and whose they are. */
export async function givenOrders(bench: StepBench, orders: readonly BoughtOrder[]): Promise<void> {
  await bench.given(
    "lake",
    "orders",
    orders.map(({ order, at, status, currency = "GBP" }) =>
      lakeRow({ order_id: order, ordered_at: at, status: status ?? null, currency }),
    ),
  );
  await bench.given(
    "lake",
    "order_lines",
    orders.flatMap(({ order, at, price = 1000, quantity = 1, currency = "GBP", lines = [{}] }) =>
      lines.map((line, index) => {
        const unit = (line["unit_price_minor"] as number | undefined) ?? price;
        const many = (line["quantity"] as number | undefined) ?? quantity;
        const amount = unit === null ? null : unit * many - Number(line["discount_minor"] ?? 0);
        const own = {
          order_id: order,
          line_id: String(index + 1),
          ordered_at: at,
          product_id: "p1",
          quantity: many,
          unit_price_minor: unit,
        };
        return lakeRow({ ...own, amount_minor: amount, currency, ...line });
      }),
    ),
  );
  await bench.given(
    "customer_ids",
    "order_customers",
    orders.flatMap(({ order, customer }) =>
      customer ? [{ key_space: "brand", order_id: order, customer_id: customerId(customer) }] : [],
    ),
  );
}

/** Runs the steps from the lake to purchase lines and returns; gives the rows of all of them. */
export async function runPurchases(bench: StepBench, options: BenchOptions = {}): Promise<Record<string, Row[]>> {
  const made: Record<string, Row[]> = {};
  for (const step of [lineFacts, soldProducts, orderBuyers, purchaseLines, purchaseReturns])
    Object.assign(made, await bench.run(step, options));
  return made;
}

/** Gives orders and returns and runs the steps from the lake to the return ledger; gives the rows of the ledger. */
export async function runReturnLedger(
  bench: StepBench,
  orders: readonly BoughtOrder[],
  returns: readonly Row[],
  options: BenchOptions = {},
): Promise<Row[]> {
  await givenOrders(bench, orders);
  await bench.given("lake", "returns", returns);
  await runPurchases(bench);
  for (const step of [returnTies, returnWindow]) await bench.run(step, options);
  const { return_ledger = [] } = await bench.run(returnLedger, options);
  return return_ledger;
}

/** A customer id of the promised form from a short name. */
export function customerId(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(20, "0").slice(0, 20);
}
