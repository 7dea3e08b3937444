import type { Field } from "../../../shared/api/contract/customers.ts";
import type { SegmentDirection, SegmentMoves } from "../../../shared/api/contract/segments.ts";
import { Panel } from "../../components/Panel.tsx";
import { day, exactMoney, integer, money } from "../../format/format.ts";
import { cellText } from "../../table/cell-text.ts";

interface Props {
  readonly moves: SegmentMoves | undefined;
  readonly fields: readonly Field[];
  readonly currency: string;
}

/** Who came and who went since the snapshot before, counted under the rules as they stand, and by which of them. */
export function MovesPanel({ moves, fields, currency }: Props) {
  if (!moves) return null;
  const { before, why_not: whyNot, entered, left, stayed } = moves;
  return (
    <Panel
      span="s12"
      title={before && !whyNot ? finding(moves) : "Who came and who went"}
      under={before ? `Under these rules, ${day(before.as_of)} to ${day(moves.as_of)}` : null}
    >
      {!before && <p className="muted">Told from the second snapshot on: there is none of an earlier day yet.</p>}
      {before && whyNot && (
        <p className="muted">
          The snapshot of {day(before.as_of)} can’t be judged by these rules. {whyNot}
        </p>
      )}
      {before && !whyNot && (
        <div className="came-went">
          <Side
            title="Came"
            stranger="weren’t known before"
            direction={entered}
            {...{ fields, currency, of: stayed + entered.customers }}
          />
          <Side
            title="Went"
            stranger="are no longer known: joined to another record, or erased"
            direction={left}
            {...{ fields, currency, of: stayed + left.customers }}
          />
        </div>
      )}
    </Panel>
  );
}

function finding({ entered, left, stayed }: SegmentMoves): string {
  if (entered.customers + left.customers === 0) return `Nobody came or went, ${integer(stayed)} stayed`;
  return `${integer(entered.customers)} came, ${integer(left.customers)} went, ${integer(stayed)} stayed`;
}

interface SideProps {
  readonly title: string;
  readonly stranger: string;
  readonly direction: SegmentDirection;
  readonly of: number;
  readonly fields: readonly Field[];
  readonly currency: string;
}

function Side({ title, stranger, direction, of, fields, currency }: SideProps) {
  const { customers, unknown, reasons, rows, revenue_minor: revenue } = direction;
  const lines = [
    ...reasons.map((one) => ({ words: one.sentence, customers: one.customers })),
    ...(unknown > 0 ? [{ words: stranger, customers: unknown }] : []),
  ];
  const widest = Math.max(1, ...lines.map((one) => one.customers));
  return (
    <section aria-label={title}>
      <h3>
        {title} <span className="strong">{integer(customers)}</span>{" "}
        <small className="muted" title={exactMoney(revenue, currency)}>
          {customers > 0 ? `${Math.round((100 * customers) / Math.max(1, of))} %, ${money(revenue, currency)}` : ""}
        </small>
      </h3>
      {customers === 0 && <p className="muted">Nobody.</p>}
      {lines.length > 0 && (
        <ul className="turns">
          {lines.map((line) => (
            <li key={line.words}>
              <span className="count">{integer(line.customers)}</span>
              <span className="words">{line.words}</span>
              <span className="bar" aria-hidden="true">
                <i style={{ width: `${(100 * line.customers) / widest}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {rows.length > 0 && (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Customer</th>
                <th>Then and now</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.customer_id}>
                  <td className="medium nowrap">
                    <a className="quiet-link" href={`/customers/${row.customer_id}`} data-route>
                      {row.name ?? <span className="mono">{row.customer_id}</span>}
                    </a>
                  </td>
                  <td className="ink2">{changed(row, fields, currency) || row.reasons.join("; ") || stranger}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The values that the rules read and that changed: "Lifecycle stage cooling → at risk". */
function changed(row: SegmentDirection["rows"][number], fields: readonly Field[], currency: string): string {
  if (row.reasons.length === 0) return "";
  return row.values
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.now))
    .map((one) => {
      const field = fields.find(({ name }) => name === one.field);
      const text = (value: typeof one.before) => cellText(value as never, field, currency);
      const unit = field?.kind === "money" ? `, ${currency}` : "";
      return `${field?.label ?? one.field}${unit}: ${text(one.before)} → ${text(one.now)}`;
    })
    .join("; ");
}
