import type { Cell, Field, SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { AssayClient } from "../../client/connect.ts";
import type { Question } from "../../table/use-pages.ts";

/** Rows that are copied at most, and customers that a rule may name one by one. */
export const mostCopied = 20_000;
export const mostNamed = 10_000;
const pageRows = 500;

/** The rule that holds exactly these customers. */
export function ruleOf(ids: Iterable<string>): SegmentTree {
  return { combinator: "and", rules: [{ field: "customer_id", operator: "in", value: [...ids].sort() }] };
}

export interface PageOfRows {
  readonly customer_id: string;
  readonly name: string | null;
  readonly values: readonly Cell[];
}

/** The rows of a question, page by page, up to `most`; a fired signal stops between pages. */
export async function readRows(
  client: AssayClient,
  question: Question,
  {
    most,
    signal,
    onProgress,
  }: { most: number; signal: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<PageOfRows[]> {
  const rows: PageOfRows[] = [];
  for (;;) {
    const input = { ...question, offset: rows.length, limit: Math.min(pageRows, most - rows.length) };
    const page = await client.call("customers.page", input, { signal });
    rows.push(...page.rows);
    onProgress?.(rows.length, Math.min(page.total, most));
    if (page.rows.length === 0 || rows.length >= Math.min(page.total, most)) return rows;
  }
}

/** Exact values, tab-separated under a header: money in minor units, shares 0 to 1, days as ISO dates, unknown as nothing. */
export function asTabText(rows: readonly PageOfRows[], fields: readonly Pick<Field, "name">[]): string {
  const clean = (value: Cell) =>
    value === null
      ? ""
      : (typeof value === "object" ? JSON.stringify(value) : String(value)).replaceAll(/[\t\r\n]+/g, " ");
  return [
    ["customer_id", "name", ...fields.map(({ name }) => name)],
    ...rows.map(({ customer_id, name, values }) => [customer_id, clean(name), ...values.map(clean)]),
  ]
    .map((line) => line.join("\t"))
    .join("\n");
}
