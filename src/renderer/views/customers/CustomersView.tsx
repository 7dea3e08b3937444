import { useCallback, useState } from "react";
import type { SegmentTree } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useAsk } from "../../client/queries.ts";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";
import { CustomerTable, type TableSort } from "../../table/CustomerTable.tsx";
import { ColumnPicker } from "./ColumnPicker.tsx";
import { Filters } from "./Filters.tsx";

const usual = [
  "lifecycle_stage",
  "last_order_on",
  "order_count",
  "revenue_minor",
  "predicted_value_minor",
  "probability_purchase",
  "value_tier",
  "top_category",
  "price_tier",
  "next_purchase_on",
  "reachable_email",
];

export function CustomersView() {
  const { brand, currency } = useBrand();
  const { params } = useRoute();
  const fields = useAsk("customers.fields", { brand });
  const [picked, setPicked] = useState<string[] | null>(null);
  const [text, setText] = useState(params.get("text") ?? "");
  const [sort, setSort] = useState<TableSort[]>([{ field: "predicted_value_minor", direction: "desc" }]);
  const [counts, setCounts] = useState<{ total: number; of: number } | null>(null);
  const onTotal = useCallback((total: number, of: number) => setCounts({ total, of }), []);
  const where = readWhere(params.get("where"));
  const setWhere = (tree: SegmentTree | undefined) =>
    go(tree ? `/customers?where=${encodeURIComponent(JSON.stringify(tree))}` : "/customers", { replace: true });
  if (fields.isPending) {
    return (
      <>
        <Head title="Customers" />
        <Waiting />
      </>
    );
  }
  if (fields.isError) {
    return (
      <>
        <Head title="Customers" />
        {fields.error.code === "not_found" ? (
          <Empty
            title="Nobody is known yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            Customers stand here after the first run.
          </Empty>
        ) : (
          <Failure error={fields.error} onRetry={() => void fields.refetch()} />
        )}
      </>
    );
  }
  const filled = fields.data.fields.filter(({ is_empty }) => !is_empty);
  const columns = picked ?? usual.filter((name) => filled.some((field) => field.name === name));
  return (
    <>
      <Head
        title="Customers"
        right={
          <>
            <ColumnPicker fields={filled} columns={columns} onPick={setPicked} />
            <a
              className="button primary"
              data-route
              href={where ? `/segments/new?where=${encodeURIComponent(JSON.stringify(where))}` : "/segments/new"}
            >
              Make a segment
            </a>
          </>
        }
      />
      <div style={{ display: "flex", gap: 8, alignItems: "center", flexWrap: "wrap", marginBottom: 10 }}>
        <input
          className="field"
          style={{ width: 240 }}
          type="search"
          aria-label="Search name, e-mail, phone, id"
          placeholder="Name, e-mail, phone, id"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Filters fields={filled} where={where} onChange={setWhere} currency={currency} />
        <span className="muted" style={{ marginLeft: "auto" }} role="status">
          {counts ? `${integer(counts.total)} of ${integer(counts.of)}` : ""}
        </span>
      </div>
      {counts?.total === 0 && (
        <Empty
          title="Nobody matches"
          action={
            <button
              type="button"
              className="button"
              onClick={() => {
                setText("");
                setWhere(undefined);
              }}
            >
              Clear filters
            </button>
          }
        >
          {text ? `No customer matches “${text}” under these filters.` : "No customer fits these filters."}
        </Empty>
      )}
      <CustomerTable
        brand={brand}
        currency={currency}
        fields={fields.data.fields}
        columns={columns}
        where={where}
        text={text.trim()}
        sort={sort}
        onSort={setSort}
        onTotal={onTotal}
      />
    </>
  );
}

function readWhere(text: string | null): SegmentTree | undefined {
  if (!text) return undefined;
  try {
    const tree = JSON.parse(text) as SegmentTree;
    return Array.isArray(tree.rules) ? tree : undefined;
  } catch {
    return undefined;
  }
}
