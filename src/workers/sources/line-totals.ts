import type { Session } from "../engine/duckdb.ts";
import { type ColumnProfile, profileColumns } from "./profile.ts";
import { type RawTable, trimmedSql } from "./raw.ts";
import { columnFor, plainHeader } from "./synonyms.ts";

const mostRows = 50_000;
const fewestLines = 20;

/** What each column holds, and whether the only amount of a row with a quantity is a price or the line's total. */
export async function describeColumns(session: Session, raw: RawTable): Promise<ColumnProfile[]> {
  const profiles = await profileColumns(session, raw);
  const asked = questionOf(profiles);
  if (!asked) return profiles;
  const { quantity, price } = asked;
  const { units, totals } = await countMatches(session, raw, asked);
  const isLineTotal = totals >= fewestLines && totals > units * 3;
  const isSettled = isLineTotal || (units >= fewestLines && units > totals * 3);
  const isCounted = plainHeader(quantity.name) === "amount";
  return profiles.map((profile) => ({
    ...profile,
    ...(profile.name === price.name && isLineTotal ? { isLineTotal } : {}),
    ...(profile.name === quantity.name && isCounted && isSettled ? { isQuantity: true } : {}),
  }));
}

interface Question {
  readonly product: ColumnProfile;
  readonly quantity: ColumnProfile;
  readonly price: ColumnProfile;
}

/** Columns of a table of lines with one amount a row; what is called an amount may count instead, where it is whole throughout. */
function questionOf(profiles: readonly ColumnProfile[]): Question | undefined {
  const headers = profiles.map(({ name }) => name);
  const of = (meaning: string) => profiles.find(({ name }) => name === columnFor(meaning, headers));
  const product = of("product_id") ?? of("category");
  const price = of("unit_price");
  const counted = profiles.find(({ name, kind }) => plainHeader(name) === "amount" && kind === "integer");
  const quantity = of("quantity") ?? counted;
  if (!product || !quantity || !price || quantity.filled === 0 || price.filled === 0) return undefined;
  const others = headers.filter((name) => name !== price.name && name !== quantity.name);
  if (columnFor("line_amount", others) !== undefined || columnFor("net_price", others) !== undefined) return undefined;
  return { product, quantity, price };
}

/** Lines of several of a product whose price is one that a single one had, and whose share by piece is. */
async function countMatches(
  session: Session,
  raw: RawTable,
  { product, quantity, price }: Question,
): Promise<{ units: number; totals: number }> {
  const number = ({ column, decimal }: ColumnProfile) => {
    const digits = `regexp_replace(${trimmedSql(column)}, '[^0-9.,-]', '', 'g')`;
    const plain = decimal === "," ? `replace(replace(${digits}, '.', ''), ',', '.')` : `replace(${digits}, ',', '')`;
    return `TRY_CAST(${plain} AS DOUBLE)`;
  };
  const [row = {}] = await session.rows(`WITH rows AS MATERIALIZED (
      SELECT p, q, round(v, 2) AS v, round(v / q, 2) AS share FROM (
        SELECT ${product.column} AS p, ${number(quantity)} AS q, ${number(price)} AS v FROM ${raw.table} LIMIT ${mostRows})
      WHERE q >= 1 AND v > 0),
    single AS (SELECT DISTINCT p, v FROM rows WHERE q = 1),
    several AS (SELECT r.* FROM rows r WHERE q BETWEEN 2 AND 20 AND p IN (SELECT p FROM single))
    SELECT count(*) FILTER ((p, v) IN (FROM single)) AS units, count(*) FILTER ((p, share) IN (FROM single)) AS totals FROM several`);
  return { units: Number(row["units"] ?? 0), totals: Number(row["totals"] ?? 0) };
}
