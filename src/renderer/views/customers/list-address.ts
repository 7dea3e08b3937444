import type { SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { TableSort } from "../../table/use-pages.ts";

export interface ListState {
  readonly where: SegmentTree | undefined;
  readonly text: string;
  readonly sort: TableSort[];
  /** Whose details stand in the drawer. */
  readonly open: string | null;
}
const usualSort: TableSort[] = [{ field: "predicted_value_minor", direction: "desc" }];

function readWhere(text: string | null): SegmentTree | undefined {
  if (!text) return undefined;
  try {
    const tree = JSON.parse(text) as SegmentTree;
    return Array.isArray(tree.rules) ? tree : undefined;
  } catch {
    return undefined;
  }
}

/** What a link to the list restores: filters, search, order ("revenue_minor.desc,order_count.asc"). */
export function readAddress(params: URLSearchParams): ListState {
  const sort = (params.get("sort") ?? "").split(",").flatMap((part) => {
    const [field, direction] = part.split(".");
    return field && (direction === "asc" || direction === "desc") ? [{ field, direction } as const] : [];
  });
  return {
    where: readWhere(params.get("where")),
    text: params.get("text") ?? "",
    sort: sort.length > 0 ? sort : usualSort,
    open: /^[0-9a-f]{20}$/.exec(params.get("open") ?? "")?.[0] ?? null,
  };
}

export function addressOf({ where, text, sort, open }: ListState): string {
  const params = new URLSearchParams();
  if (where) params.set("where", JSON.stringify(where));
  if (text) params.set("text", text);
  const order = sort.map(({ field, direction }) => `${field}.${direction}`).join(",");
  if (order !== "predicted_value_minor.desc") params.set("sort", order);
  if (open) params.set("open", open);
  const query = params.toString();
  return query === "" ? "/customers" : `/customers?${query}`;
}
