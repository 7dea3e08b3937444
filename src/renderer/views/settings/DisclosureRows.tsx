import type { Disclosure } from "../../../shared/api/contract/disclosures.ts";
import { Scroll } from "../../components/Scroll.tsx";
import { instant, integer } from "../../format/format.ts";

const kinds: Readonly<Record<Disclosure["kind"], string>> = {
  segment: "List",
  campaign: "Campaign list",
  query: "Answer of a statement",
  "hand-off": "Tables handed off",
  refused: "Refused",
  permission: "Who may was changed",
};

/** What one entry of the register is about. */
export function disclosureName(one: Disclosure): string {
  if (one.kind === "permission") return one.exporters ? `Only ${one.exporters.join(", ")}` : "Everybody";
  return one.segment ?? one.export;
}

/** What of people it held; an earlier program didn't say. */
export function personalSaid(one: Disclosure): string {
  if (one.kind === "permission") return "–";
  if (one.personal === null) return "Not known";
  return one.personal.length > 0 ? one.personal.join(", ") : "None";
}

/** A table of what was taken out, by whom and when. */
export function DisclosureRows({ disclosures }: { disclosures: readonly Disclosure[] }) {
  return (
    <Scroll label="What was taken out">
      <table className="plain tight">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col" className="num">
              Rows
            </th>
            <th scope="col">Personal data</th>
          </tr>
        </thead>
        <tbody>
          {disclosures.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two entries may be of one instant
            <tr key={`${one.at} ${at}`}>
              <td className="nowrap">{instant(one.at)}</td>
              <td title={one.host ? `on ${one.host}` : undefined}>{one.account ?? "Not known"}</td>
              <td title={one.path ?? undefined}>
                {kinds[one.kind]}
                <span className="ink2"> {disclosureName(one)}</span>
              </td>
              <td className="num">{one.rows === null ? "–" : integer(one.rows)}</td>
              <td>{personalSaid(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
