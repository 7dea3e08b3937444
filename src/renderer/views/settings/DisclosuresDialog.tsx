import { useState } from "react";
import type { Disclosure } from "../../../shared/api/contract/disclosures.ts";
import { saveText } from "../../client/save-text.ts";
import { CloseRow, Dialog } from "../../components/Dialog.tsx";
import { DisclosureRows, disclosureName, personalSaid } from "./DisclosureRows.tsx";

/** In quotes; what a spreadsheet would take for a formula begins with an apostrophe. */
const quoted = (value: string | number | null) =>
  `"${String(value ?? "")
    .replace(/^(?=[=+@\t\r-])/, "'")
    .replaceAll('"', '""')}"`;

function csvOf(disclosures: readonly Disclosure[]): string {
  const head = "when,account,host,kind,name,rows,personal_data,path,snapshot_id,sha256";
  const lines = disclosures.map((one) =>
    [
      ...[one.at, one.account, one.host, one.kind, disclosureName(one), one.rows, personalSaid(one)],
      ...[one.path, one.snapshot_id, one.sha256],
    ]
      .map(quoted)
      .join(","),
  );
  return `${[head, ...lines].join("\r\n")}\r\n`;
}

/** The whole register, to look through and to save. */
export function DisclosuresDialog({
  brand,
  disclosures,
  onClose,
}: {
  brand: string;
  disclosures: readonly Disclosure[];
  onClose: () => void;
}) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const found = disclosures.filter((one) =>
    [one.account, one.host, one.kind, disclosureName(one), personalSaid(one), one.path, one.at]
      .join(" ")
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <Dialog label="Who took what out" onClose={onClose} className="wide disclosures-dialog">
      <h2>Who took what out of {brand}</h2>
      <div className="form-actions">
        <input
          className="field"
          type="search"
          aria-label="Find by account, list, column or day"
          placeholder="Account, list, column or day"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button
          type="button"
          className="button"
          onClick={() => saveText(`${brand}-disclosures.csv`, csvOf(found), "text/csv")}
        >
          Save as CSV
        </button>
      </div>
      {found.length === 0 ? <p className="ink2">Nothing that fits.</p> : <DisclosureRows disclosures={found} />}
      <CloseRow onClose={onClose} />
    </Dialog>
  );
}
