import { AssayError } from "../../../shared/base/errors.ts";
import type { OwnProgram, ProgramOutput } from "../../../shared/domain/own-model.ts";
import { kindOf } from "../../engine/columns.ts";
import { fileList, ident, literal, parquet } from "../../engine/sql.ts";
import type { StepContext } from "../../engine/step-context.ts";

export function keyOf({ rows }: OwnProgram): string {
  return rows === "customers" ? "customer_id" : "product_id";
}

const optional = ["enough_data", "reason"];

function wrong({ name }: OwnProgram, what: string, hint: string): AssayError {
  return new AssayError("condition_failed", `The scores of ${name} can't be taken: ${what}.`, hint, { model: name });
}

/** Whether a column that came may stand for the declared type. */
function fits(declared: ProgramOutput["type"], given: string): boolean {
  const isNumber = kindOf(given) === "number" && given !== "BOOLEAN" && given !== "DATE";
  switch (declared) {
    case "DOUBLE":
    case "INTEGER":
    case "BIGINT":
      return isNumber;
    case "BOOLEAN":
      return given === "BOOLEAN";
    case "DATE":
      return given === "DATE" || given.startsWith("TIMESTAMP");
    case "VARCHAR":
      return given === "VARCHAR" || given.startsWith("ENUM");
  }
}

/** Takes a program's Parquet files as the table `given`, whose columns have the declared types. Throws condition_failed where columns,
 *  types, keys or values aren't what the definition says. */
export async function checkScores(
  definition: OwnProgram,
  { session }: StepContext,
  files: readonly string[],
): Promise<void> {
  const key = keyOf(definition);
  if (files.length === 0) {
    throw wrong(
      definition,
      "there is no output/scores.parquet",
      "Write it to the path that job.json names under output.",
    );
  }
  const rows = Number(await session.value(`SELECT sum(num_rows) FROM parquet_file_metadata(${fileList(files)})`));
  const most = Number(await session.value("SELECT count(*) FROM known"));
  if (rows > most) {
    throw wrong(
      definition,
      `${rows} rows for ${most} known ${definition.rows}`,
      `One row a ${key}, none for unknown ones.`,
    );
  }
  const relation = parquet(files);
  const described = new Map(
    (await session.describe(`SELECT * FROM ${relation}`)).map(({ name, type }) => [name, type]),
  );
  checkColumns(definition, described);
  const casts = definition.outputs.map(({ name, type }) => `${castOf(ident(name), type)} AS ${ident(name)}`);
  const state = [
    described.has("enough_data") ? "enough_data" : "CAST(NULL AS BOOLEAN) AS enough_data",
    described.has("reason") ? "CAST(reason AS VARCHAR) AS reason" : "CAST(NULL AS VARCHAR) AS reason",
  ];
  const faults = await session.rows(`SELECT ${faultsSql(definition)} FROM ${relation}`);
  for (const [what, n] of Object.entries(faults[0] ?? {})) {
    if (Number(n) > 0)
      throw wrong(
        definition,
        `${n} ${Number(n) === 1 ? "row has" : "rows have"} ${what}`,
        "Mend the program; nothing of this run was kept.",
      );
  }
  await session.run(
    `CREATE TEMP TABLE given AS SELECT CAST(${ident(key)} AS VARCHAR) AS id, ${[...casts, ...state].join(", ")} FROM ${relation}`,
  );
  const twice = Number(await session.value("SELECT count(*) - count(DISTINCT id) FROM given"));
  if (twice > 0) throw wrong(definition, `${twice} rows repeat a ${key}`, `One row a ${key}.`);
  const unknown = Number(await session.value("SELECT count(*) FROM given WHERE id NOT IN (SELECT id FROM known)"));
  if (unknown > 0)
    throw wrong(
      definition,
      `${unknown} rows have a ${key} that nobody knows`,
      `Take the ${key} from the tables that it reads.`,
    );
}

function checkColumns(definition: OwnProgram, given: ReadonlyMap<string, string>): void {
  const key = keyOf(definition);
  const wanted = [key, ...definition.outputs.map(({ name }) => name)];
  const missing = wanted.filter((name) => !given.has(name));
  const others = [...given.keys()].filter((name) => !wanted.includes(name) && !optional.includes(name));
  if (missing.length > 0 || others.length > 0) {
    const said = [
      missing.length > 0 ? `it lacks ${missing.join(", ")}` : "",
      others.length > 0 ? `it has ${others.join(", ")} that the definition doesn't name` : "",
    ].filter((part) => part !== "");
    throw wrong(
      definition,
      said.join(" and "),
      `Its columns are ${wanted.join(", ")}; ${optional.join(" and ")} may be there.`,
    );
  }
  if (given.get(key) !== "VARCHAR")
    throw wrong(definition, `${key} is ${given.get(key)}, not text`, "Write the ids as they were read.");
  const other = definition.outputs.find(({ name, type }) => !fits(type, given.get(name) ?? ""));
  if (other)
    throw wrong(
      definition,
      `${other.name} is ${given.get(other.name)}, not ${other.type}`,
      "Write the type that the definition names.",
    );
  if (given.has("enough_data") && given.get("enough_data") !== "BOOLEAN")
    throw wrong(definition, "enough_data is no BOOLEAN", "Write true or false.");
}

const castOf = (column: string, type: ProgramOutput["type"]) => `TRY_CAST(${column} AS ${type})`;

function faultsSql(definition: OwnProgram): string {
  const count = (condition: string, what: string) => `count(*) FILTER (${condition}) AS ${ident(what)}`;
  const names = new Set(definition.outputs.map(({ name }) => name));
  const faults = definition.outputs.flatMap(({ name, type, min, max }) => {
    const column = ident(name);
    const isNumber = type === "DOUBLE" || type === "INTEGER" || type === "BIGINT";
    const whole = type === "INTEGER" || type === "BIGINT";
    const isLimited = isNumber && names.has(`${name}_low`) && names.has(`${name}_high`);
    return [
      ...(isNumber ? [count(`NOT isfinite(CAST(${column} AS DOUBLE))`, `NaN or an infinity in ${name}`)] : []),
      ...(whole
        ? [
            count(
              `isfinite(CAST(${column} AS DOUBLE)) AND (${castOf(column, type)} IS NULL OR ${castOf(column, type)} <> ${column})`,
              `no whole number in ${name}`,
            ),
          ]
        : []),
      ...(isNumber && min !== undefined ? [count(`${column} < ${min}`, `${name} below ${min}`)] : []),
      ...(isNumber && max !== undefined
        ? [count(`${column} > ${max} AND isfinite(CAST(${column} AS DOUBLE))`, `${name} above ${max}`)]
        : []),
      ...(isLimited
        ? [
            count(
              `${column} < ${ident(`${name}_low`)} OR ${column} > ${ident(`${name}_high`)}`,
              `${name} outside its limits`,
            ),
          ]
        : []),
    ];
  });
  return [count(`${ident(keyOf(definition))} IS NULL`, "no key"), ...faults].join(", ");
}

/** Scores of everybody known: those that the program left out, or left empty, with a reason. */
export function readySql(definition: OwnProgram): string {
  const outputs = definition.outputs.map(({ name }) => `g.${ident(name)}`);
  const isFull = outputs.map((name) => `${name} IS NOT NULL`).join(" AND ");
  return `SELECT k.id AS ${ident(keyOf(definition))}, ${outputs.join(", ")}, g.id IS NOT NULL AND coalesce(g.enough_data, ${isFull}) AS enough_data,
      CASE WHEN g.id IS NOT NULL AND ${isFull} THEN g.reason ELSE coalesce(nullif(trim(g.reason), ''), ${literal("not_scored")}) END AS reason
    FROM known k LEFT JOIN given g USING (id) ORDER BY k.id`;
}
