import { useState } from "react";
import type { Customer } from "../../../shared/api/contract/customers.ts";
import { copyText } from "../../client/copy-text.ts";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { SourceName } from "../../components/SourceName.tsx";
import { countOf, day, decimal, integer, word } from "../../format/format.ts";

const labels: Readonly<Record<string, string>> = {
  full_name: "Name",
  given_name: "First name",
  family_name: "Last name",
  email: "E-mail",
  phone: "Phone",
  birth_date: "Born",
  gender: "Gender",
  address_line: "Address",
  city: "Town",
  region: "Region",
  postcode: "Postcode",
  country: "Country",
  loyalty_id: "Loyalty card",
  created_at: "Since",
};
const dates = new Set(["created_at", "birth_date"]);
const recordsAtFirst = 6;

/** The winning value of each attribute, where it came from, and the records that were joined. */
export function GoldenRecord({ data }: { data: Customer }) {
  const known = data.golden_record.filter(({ value }) => value !== null && value !== "");
  const hasName = known.some(({ field }) => field === "full_name");
  const shown = known.filter(({ field }) => !(hasName && ["given_name", "family_name"].includes(field)));
  return (
    <Panel
      title="Golden record"
      under={<span className="mono">{data.customer_id}</span>}
      tools={
        <button
          type="button"
          className="button quiet"
          title="Copy the id"
          aria-label="Copy the id"
          onClick={() => void copyText(data.customer_id)}
        >
          <Icon name="copy" />
        </button>
      }
    >
      <table className="plain fixed record">
        <tbody>
          {shown.map(({ field, value, source, rule, competing }) => (
            <tr key={field} title={rule ? `Won by: ${rule.replaceAll("_", " ")}` : undefined}>
              <th scope="row">{labels[field] ?? word(field)}</th>
              <td className="medium clip" title={value ?? ""}>
                {dates.has(field) ? day(value) : value}
              </td>
              <td className="ink2 small clip">{source && <SourceName source={source} competing={competing} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className="muted">No source delivered contact data of this customer.</p>}
      <Records records={data.records} count={data.n_records} />
      {data.records.length > 1 && (
        <a href={`/identity?a=${data.customer_id}&b=${data.customer_id}`} data-route>
          Why these are one person, and how to split them
        </a>
      )}
    </Panel>
  );
}

function Records({ records, count }: { records: Customer["records"]; count: number }) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? records : records.slice(0, recordsAtFirst);
  return (
    <>
      <p className="joined">
        {count > 1 ? "Joined from" : "From"} <b>{countOf(count, "source record")}</b>
      </p>
      <table className="plain tight fixed joined-records">
        <colgroup>
          <col className="source" />
          <col className="id" />
          <col />
          <col className="probability" />
        </colgroup>
        <thead className="sr">
          <tr>
            <th>Source</th>
            <th>Record</th>
            <th>Joined by</th>
            <th>Probability</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ source, source_record_id, rule, probability, n_orders }) => (
            <tr key={`${source} ${source_record_id}`}>
              <td className="clip">
                <SourceName source={source} />
              </td>
              <td className="mono clip" title={source_record_id}>
                {source_record_id}
              </td>
              <td className="ink2 small clip" title={`${word(rule)}, ${n_orders} orders`}>
                {word(rule)}
              </td>
              <td className="num">{decimal(probability, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {records.length > recordsAtFirst && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? `Show the first ${recordsAtFirst}`
            : count > records.length
              ? `Show ${integer(records.length)} of ${integer(count)}`
              : `Show all ${integer(count)}`}
        </button>
      )}
    </>
  );
}
