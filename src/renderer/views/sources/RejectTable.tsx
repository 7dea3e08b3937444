import { Scroll } from "../../components/Scroll.tsx";
import { integer } from "../../format/format.ts";
import { shortPath } from "../../format/paths.ts";
import { rejectReason } from "./reasons.ts";

export interface RejectRow {
  readonly file: string;
  readonly line: number | null;
  readonly column: string | null;
  readonly value: string | null;
  readonly reason: string;
  readonly raw: string | null;
}

/** Rows that were left out, each with where it lies and why. */
export function RejectTable({ rows }: { rows: readonly RejectRow[] }) {
  return (
    <Scroll label="Rows that were left out" isLimited>
      <table className="plain tight">
        <thead>
          <tr>
            <th>File</th>
            <th className="num">Line</th>
            <th>Column</th>
            <th>Value</th>
            <th>Reason</th>
            <th>Row</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one line can be left out for several values
            <tr key={at}>
              <td title={row.file}>{shortPath(row.file, 1)}</td>
              <td className="num">{integer(row.line)}</td>
              <td className="mono">{row.column}</td>
              <td className="mono">{row.value}</td>
              <td className="warn nowrap">{rejectReason(row.reason)}</td>
              <td className="mono muted raw" title={row.raw ?? undefined}>
                {row.raw}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
