import type { Headings } from "./headings.ts";
import { keep, type ProposedTable, type Rule } from "./proposal.ts";
import { plainHeader } from "./synonyms.ts";

/** Columns that say what kind of paper, or of entry, a row is. */
const kindNames =
  /^(?:type|typ|art|kind|tipo|(?:transaction|trans|trx|txn|row|line|record|sales?|order|document|doc|invoice|movement|receipt|entry)(?:type|kind)|belegart|belegtyp|vorgang|vorgangsart|buchungsart|dokumentart|dokumenttyp|auftragsart|rechnungsart|typedocument|typedepiece|tipodocumento|tipomovimento|soort|documentsoort)$/;

/** Words for goods, or money, that went back. */
const backWords =
  /^(?:(?:sales? |customer )?(?:refund(?:s|ed)?|returns?|returned)|refund[_ ]line|credit(?:[_ ]?(?:note|memo))?|reversal|gutschrift|rechnungskorrektur|stornorechnung|storno|retouren?|r(?:ü|ue)ck(?:gabe|sendung|erstattung)|erstattung|avoir|remboursement|retour client|nota di credito|reso|rimborso|devoluci[oó]n|devolu[cç][aã]o|reembolso|nota de cr[eé]dito|creditnota|creditfactuur|terugbetaling)$/i;

interface Kinds {
  readonly column: string;
  /** The words of that column for rows that give back. */
  readonly words: readonly string[];
}

/** The column by which rows that sell and rows that give back are told apart, where a file holds both. */
export function kindsOf(headings: Headings): Kinds | undefined {
  for (const column of headings.names) {
    if (!kindNames.test(plainHeader(column)) || /[^\p{L}\p{N}_ .-]/u.test(column)) continue;
    const values = headings.values(column);
    const words = values.filter((word) => backWords.test(word));
    if (words.length > 0 && words.length < values.length) return { column, words };
  }
  return undefined;
}

const negative = (rule: Rule | undefined): Rule | undefined =>
  typeof rule === "string"
    ? { column: rule, sign: "negative" }
    : rule !== undefined && "column" in rule
      ? { ...rule, sign: "negative" }
      : undefined;

const listOf = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", ");

/** Lines apart by their kind: those that sell, and those that give back, whose quantities and amounts count below 0 however they are
 *  written. A line's number isn't kept of these: it may be that of the line which they undo. */
export function apartByKind(lines: ProposedTable, { column, words }: Kinds): readonly ProposedTable[] {
  const listed = listOf(words);
  const { line_id: _line, is_returned: _flag, ...rest } = lines.columns;
  const [quantity, total] = [negative(rest["quantity"]), negative(rest["amount_minor"])];
  const columns = { ...rest, quantity: quantity ?? { value: "-1" }, ...(total ? { amount_minor: total } : {}) };
  return [
    { ...lines, where: `${column} not in (${listed})` },
    { ...lines, where: `${column} in (${listed})`, columns },
  ];
}

/** Orders a row each, apart by their kind: those that sell, and returns of them. */
export function ordersApartByKind(orders: ProposedTable, { column, words }: Kinds): readonly ProposedTable[] {
  const listed = listOf(words);
  const { order_id, ordered_at, gross_minor } = orders.columns;
  const columns = keep({ order_id, returned_at: ordered_at, refund_minor: gross_minor });
  return [
    { ...orders, where: `${column} not in (${listed})` },
    ...(order_id ? [{ table: "returns", where: `${column} in (${listed})`, columns }] : []),
  ];
}

/** What a file of both is told to hold. */
export function toldByKind({ column, words }: Kinds): string {
  return `Rows whose ${column} is ${words.join(" or ")} are taken as goods given back, not as purchases.`;
}
