import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Field, SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { Segment } from "../../../shared/api/contract/segments.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { StageName } from "../../components/Stage.tsx";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, money, share, unknown } from "../../format/format.ts";
import { ExportDialog } from "./ExportDialog.tsx";
import { Group } from "./Group.tsx";
import { replaceAt } from "./tree.ts";

const start: SegmentTree = {
  combinator: "and",
  rules: [{ field: "lifecycle_stage", operator: "in", value: ["active"] }],
};

function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

function given(text: string | null): SegmentTree | null {
  try {
    const tree = text ? (JSON.parse(text) as SegmentTree) : null;
    return tree && Array.isArray(tree.rules) ? tree : null;
  } catch {
    return null;
  }
}

/** An audience while it is edited: size, money and reach follow every change; what was changed can be undone. */
export function Builder({ fields, segment }: { fields: readonly Field[]; segment: Segment | null }) {
  const { brand, currency } = useBrand();
  const { params } = useRoute();
  const client = useClient();
  const queries = useQueryClient();
  const sql = segment?.definition.sql;
  const [history, setHistory] = useState<SegmentTree[]>([
    segment?.definition.where ?? given(params.get("where")) ?? start,
  ]);
  const tree = history.at(-1) ?? start;
  const [name, setName] = useState(segment?.segment ?? "");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isExporting, setIsExporting] = useState(false);
  const [isJson, setIsJson] = useState(false);
  const settled = useSettled(tree, 250);
  const definition = sql !== undefined ? { sql } : { where: settled };
  const figures = useAsk("segments.count", { brand, definition }, { keep: true });
  const members = useAsk("segments.members", { brand, definition, limit: 8 }, { keep: true });
  useEffect(() => {
    const undo = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea")) return;
      event.preventDefault();
      setHistory((states) => (states.length > 1 ? states.slice(0, -1) : states));
    };
    window.addEventListener("keydown", undo);
    return () => window.removeEventListener("keydown", undo);
  }, []);
  const save = async () => {
    setError(null);
    try {
      await client.call("segments.save", {
        brand,
        segment: name,
        definition: sql !== undefined ? { sql } : { where: tree },
        create: segment === null,
      });
      await queries.invalidateQueries();
      go(`/segments/${name}`);
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const remove = async () => {
    if (!segment) return;
    await client
      .call("segments.remove", { brand, segment: segment.segment })
      .catch((reason: Error) => setError(reason));
    await queries.invalidateQueries();
    go("/segments");
  };
  const data = figures.data;
  const counts = new Map(data?.rules.map((rule) => [rule.path, rule.customers]));
  return (
    <>
      <Head
        title={segment?.segment ?? "New segment"}
        crumb={{ name: "Segments", to: "/segments" }}
        right={
          <>
            {history.length > 1 && (
              <button type="button" className="button" title="Ctrl Z" onClick={() => setHistory(history.slice(0, -1))}>
                Undo
              </button>
            )}
            {segment && (
              <button type="button" className="button" onClick={() => void remove()}>
                Delete
              </button>
            )}
            <input
              className="field"
              aria-label="Name of the segment"
              placeholder="name_of_the_segment"
              value={name}
              onChange={(event) => setName(event.target.value.replaceAll(/\s+/g, "_"))}
              disabled={segment !== null}
            />
            <button type="button" className="button" disabled={name === ""} onClick={() => void save()}>
              Save segment
            </button>
            <button
              type="button"
              className="button primary"
              disabled={!data || data.customers === 0}
              onClick={() => setIsExporting(true)}
            >
              Export {data ? integer(data.customers) : ""} customers
            </button>
          </>
        }
      />
      {error && <Failure error={error} />}
      <div className="strip" aria-busy={figures.isFetching}>
        <Figure
          name="Customers"
          value={integer(data?.customers)}
          more={data ? `${share(data.customers / Math.max(1, data.of))} of ${integer(data.of)}` : ""}
        />
        <Figure
          name={`Revenue, ${currency}`}
          term="revenue"
          value={money(data?.revenue_minor, currency, true)}
          more={data ? `net of returns ${money(data.net_revenue_minor, currency, true)}` : ""}
        />
        <Figure
          name="Reach by e-mail"
          term="reachable"
          value={integer(data?.reachable)}
          more={data && data.customers > 0 ? `${share(data.reachable / data.customers)} of them` : ""}
        />
        <Figure
          name={`Predicted value, ${currency}`}
          term="predicted_value"
          value={money(data?.predicted_value?.value, currency, true)}
          more={
            data?.predicted_value && data.predicted_value.low !== null
              ? `(${money(data.predicted_value.low, currency, true)}–${money(data.predicted_value.high, currency, true)})`
              : ""
          }
        />
        <Figure
          name={`Expected purchases, ${data?.horizon_days ?? 365} days`}
          term="expected_purchases"
          value={data?.expected_purchases ? integer(data.expected_purchases.value) : unknown}
          more={
            data?.expected_purchases && data.expected_purchases.low !== null
              ? `(${integer(data.expected_purchases.low)}–${integer(data.expected_purchases.high)})`
              : ""
          }
        />
      </div>
      <div className="grid">
        <Panel
          span="s12"
          title="Rules"
          {...(data
            ? { under: `Counted in ${integer(data.milliseconds)} ms; the number beside a rule is who is left after it` }
            : {})}
          tools={
            <button type="button" className="button bare" onClick={() => setIsJson(!isJson)}>
              {isJson ? "Builder" : "JSON"}
            </button>
          }
        >
          {figures.isError && <Failure error={figures.error} />}
          {sql !== undefined ? (
            <pre className="mono">{sql}</pre>
          ) : isJson ? (
            <pre className="mono" style={{ whiteSpace: "pre-wrap" }}>
              {JSON.stringify(tree, null, 2)}
            </pre>
          ) : (
            <Group
              tree={tree}
              path={[]}
              fields={fields}
              currency={currency}
              counts={counts}
              onChange={(path, node) => setHistory([...history.slice(-60), replaceAt(tree, path, node)])}
            />
          )}
        </Panel>
        <Panel span="s12" title="Sample members" under="Those of the greatest predicted value">
          <div className="scroll">
            <table className="plain">
              <thead>
                <tr>
                  <th>Customer</th>
                  <th>Stage</th>
                  <th className="num">Last order</th>
                  <th className="num">Orders</th>
                  <th className="num">Net revenue, {currency}</th>
                  <th className="num">Predicted value, {currency}</th>
                  <th className="num">P(buys), 90 days</th>
                  <th>Top category</th>
                  <th>E-mail</th>
                </tr>
              </thead>
              <tbody>
                {(members.data?.rows ?? []).map(({ customer_id, name: shown, values }) => (
                  <tr key={customer_id}>
                    <td className="strong">
                      <a href={`/customers/${customer_id}`} data-route>
                        {shown ?? <span className="mono">{customer_id}</span>}
                      </a>
                    </td>
                    <td>
                      <StageName stage={String(values["lifecycle_stage"] ?? "")} />
                    </td>
                    <td className="num">{day(text(values["last_order_on"]))}</td>
                    <td className="num">{integer(number(values["order_count"]))}</td>
                    <td className="num">{money(number(values["net_revenue_minor"]), currency)}</td>
                    <td className="num strong">{money(number(values["predicted_value_minor"]), currency)}</td>
                    <td className="num">{decimal(number(values["probability_purchase"]))}</td>
                    <td>{text(values["top_category"]) ?? unknown}</td>
                    <td>
                      {values["reachable_email"] === true ? (
                        <span className="good">✓ Reachable</span>
                      ) : values["reachable_email"] === false ? (
                        <span className="muted">✕ No consent</span>
                      ) : (
                        unknown
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {members.data?.rows.length === 0 && <p className="muted">Nobody fits these rules.</p>}
        </Panel>
      </div>
      {isExporting && (
        <ExportDialog
          brand={brand}
          segment={segment?.segment ?? null}
          definition={sql !== undefined ? { sql } : { where: tree }}
          fields={fields}
          onClose={() => setIsExporting(false)}
        />
      )}
    </>
  );
}

const text = (value: unknown) => (typeof value === "string" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

function Figure({ name, term, value, more }: { name: string; term?: string; value: string; more: string }) {
  return (
    <div>
      <div className="k">{term ? <Term name={term}>{name}</Term> : name}</div>
      <div className="v">{value}</div>
      <div className="s">{more}&nbsp;</div>
    </div>
  );
}
