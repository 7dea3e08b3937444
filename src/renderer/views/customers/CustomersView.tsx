import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { SegmentTree } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { choosable, type OfferedField, offeredFields } from "../../client/offered.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Drawer } from "../../components/Drawer.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { segmentAddress } from "../../format/audience.ts";
import { integer } from "../../format/format.ts";
import { CustomerTable } from "../../table/CustomerTable.tsx";
import { chosenCount, nobody, type Selection } from "../../table/selection.ts";
import type { TableSort } from "../../table/use-pages.ts";
import { ColumnPicker } from "./ColumnPicker.tsx";
import "./customers.css";
import { Filters } from "./Filters.tsx";
import { addressOf, readAddress } from "./list-address.ts";
import { SelectionBar } from "./SelectionBar.tsx";
import { useLayout } from "./use-layout.ts";

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

/** `details` draws what stands in the drawer. */
export function CustomersView({ details }: { details: (id: string) => ReactNode }) {
  const { brand } = useBrand();
  const fields = useAsk("customers.fields", { brand });
  const proof = useProof();
  if (fields.data) {
    const filled = fields.data.fields.filter(({ is_empty }) => !is_empty);
    return <List fields={offeredFields(filled, proof)} details={details} />;
  }
  return (
    <>
      <Head title="Customers" />
      {fields.isPending && <Skeleton label="Reading customers" columns={[{ part: 1, panels: [640] }]} />}
      {fields.isError && fields.error.code !== "not_found" && (
        <Failure error={fields.error} onRetry={() => void fields.refetch()} />
      )}
      {fields.isError && fields.error.code === "not_found" && (
        <Empty
          title="Nobody is known yet"
          action={
            <a className="button primary" href="/overview" data-route>
              Go to Overview
            </a>
          }
        >
          Customers with their orders, stages and scores stand here after the first run.
        </Empty>
      )}
    </>
  );
}

function List({ fields, details }: { fields: readonly OfferedField[]; details: (id: string) => ReactNode }) {
  const { brand, currency } = useBrand();
  const { params } = useRoute();
  const { where, text, sort, open } = readAddress(params);
  const [typed, setTyped] = useState(text);
  const [layout, setLayout] = useLayout();
  const [counts, setCounts] = useState<{ total: number; of: number } | null>(null);
  const onTotal = useCallback((total: number, of: number) => setCounts({ total, of }), []);
  const asked = JSON.stringify([where, text]);
  const [picked, setPicked] = useState({ asked, selection: nobody });
  const selection = picked.asked === asked ? picked.selection : nobody; // other filters, other rows
  const select = (next: Selection) => setPicked({ asked, selection: next });
  const restore = (
    change: Partial<{ where: SegmentTree | undefined; text: string; sort: TableSort[]; open: string | null }>,
  ) => go(addressOf({ where, text, sort, open, ...change }), { replace: open !== null || !change.open });
  const search = useRef(restore);
  search.current = restore;
  useEffect(() => {
    const timer = setTimeout(() => typed !== text && search.current({ text: typed }), 180);
    return () => clearTimeout(timer);
  }, [typed, text]);
  const known = new Set(choosable(fields).map(({ name }) => name));
  const columns = (layout.columns ?? usual).filter((name) => known.has(name));
  const clear = () => {
    setTyped("");
    restore({ text: "", where: undefined });
  };
  const isFiltered = text !== "" || where !== undefined;
  return (
    <div className="customers">
      <Head
        title="Customers"
        right={
          <>
            <ColumnPicker
              fields={fields}
              columns={columns}
              onPick={(next) => setLayout({ ...layout, columns: next })}
              onReset={() => setLayout({ columns: null, sizes: {} })}
            />
            <a className="button primary" data-route href={where ? segmentAddress(where) : "/segments/new"}>
              {where ? "Make these a segment" : "New segment"}
            </a>
          </>
        }
      />
      <div className="filter-bar">
        <input
          className="field search"
          type="search"
          aria-label="Search name, e-mail, phone, id"
          placeholder="Name, e-mail, phone, id"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Filters fields={fields} where={where} currency={currency} onChange={(next) => restore({ where: next })} />
        <span className="counted" role="status">
          {counts && (
            <>
              <b>{integer(counts.total)}</b> of {integer(counts.of)}
            </>
          )}
          {isFiltered && (
            <button type="button" className="button bare" onClick={clear}>
              Clear filters
            </button>
          )}
        </span>
      </div>
      {counts?.total === 0 && (
        <Empty
          title="Nobody matches"
          action={
            <button type="button" className="button" onClick={clear}>
              Clear filters
            </button>
          }
        >
          {text
            ? `No customer matches “${text}”${where ? " under these filters" : ""}.`
            : "No customer fits these filters."}
        </Empty>
      )}
      {chosenCount(selection, counts?.total ?? 0) > 0 && (
        <SelectionBar
          brand={brand}
          fields={fields}
          columns={columns}
          where={where}
          text={text}
          sort={sort}
          selection={selection}
          total={counts?.total ?? 0}
          onClear={() => select(nobody)}
        />
      )}
      <div className="list-and-drawer">
        <CustomerTable
          key={JSON.stringify([where, text, sort])}
          brand={brand}
          currency={currency}
          fields={fields}
          columns={columns}
          where={where}
          text={text}
          sort={sort}
          sizes={layout.sizes}
          onSort={(next) => restore({ sort: next })}
          onSize={(id, size, isDone) => setLayout({ ...layout, sizes: { ...layout.sizes, [id]: size } }, isDone)}
          onTotal={onTotal}
          selection={selection}
          onSelect={select}
          opened={open}
          onOpen={(id) => restore({ open: id })}
        />
        {open && (
          <Drawer label="Customer" whole={`/customers/${open}`} onClose={() => restore({ open: null })}>
            {details(open)}
          </Drawer>
        )}
      </div>
    </div>
  );
}
