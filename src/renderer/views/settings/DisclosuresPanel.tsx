import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Disclosure, DisclosureRegister } from "../../../shared/api/contract/disclosures.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";
import { DisclosureRows } from "./DisclosureRows.tsx";
import { DisclosuresDialog } from "./DisclosuresDialog.tsx";

const shown = 5;

/** Who may take personal data out of the house, and who did. */
export function DisclosuresPanel({ brand }: { brand: string }) {
  const read = useAsk("disclosures.list", { brand });
  const [isOpen, setIsOpen] = useState(false);
  const all: readonly Disclosure[] = read.data?.disclosures ?? [];
  return (
    <Panel
      title="Who took what out"
      under="Lists, answers and hand-offs with whoever wrote them; kept in the retailer’s log, which nobody can rewrite unseen"
      tools={
        all.length > shown && (
          <button type="button" className="button" onClick={() => setIsOpen(true)}>
            All {integer(all.length)}
          </button>
        )
      }
    >
      {read.isPending && <Waiting />}
      {read.isError && <Failure error={read.error} onRetry={() => void read.refetch()} />}
      {read.data && <Permission key={JSON.stringify(read.data.exporters)} brand={brand} read={read.data} />}
      {read.data && all.length === 0 && (
        <p className="small ink2">Nothing was taken out yet. Exported lists will stand here.</p>
      )}
      {all.length > 0 && <DisclosureRows disclosures={all.slice(0, shown)} />}
      {isOpen && <DisclosuresDialog brand={brand} disclosures={all} onClose={() => setIsOpen(false)} />}
    </Panel>
  );
}

function Permission({ brand, read }: { brand: string; read: DisclosureRegister }) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const { account, is_permitted, exporters } = read;
  const [isLimited, setIsLimited] = useState(exporters !== null);
  const [typed, setTyped] = useState((exporters ?? [account]).join(", "));
  const named = typed.split(/[,;\s]+/).filter((one) => one !== "");
  const next = isLimited ? [...new Set(named)].sort() : null;
  const isChanged = JSON.stringify(next) !== JSON.stringify(exporters);
  const locksOut = next !== null && !next.includes(account);
  const save = () =>
    start("Saving", async (signal) => {
      await client.call("disclosures.permit", { brand, exporters: next }, { signal });
      if (!locksOut)
        offerUndo("Who may take personal data out is changed.", () =>
          client.call("disclosures.permit", { brand, exporters }),
        );
      await queries.invalidateQueries({ queryKey: ["disclosures.list"] });
    });
  return (
    <form
      className="permission"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset className="segmented" aria-label="Who may take personal data out" disabled={!is_permitted}>
        <button type="button" aria-pressed={!isLimited} onClick={() => setIsLimited(false)}>
          Everybody
        </button>
        <button type="button" aria-pressed={isLimited} onClick={() => setIsLimited(true)}>
          Only some accounts
        </button>
      </fieldset>
      {isLimited && (
        <label className="ink2">
          Accounts of the machine, with commas between them
          <input
            className="field"
            value={typed}
            required
            disabled={!is_permitted}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      <p className="small ink2">
        {is_permitted
          ? "Names, addresses, telephone numbers and dates of birth, hashed ones too. Whoever may read the directory by other means is bound by its rights alone."
          : `${account} may not take personal data out of ${brand}, nor change who may.`}
      </p>
      {locksOut && is_permitted && (
        <p className="small warn" role="alert">
          {account}, your own account, isn’t among them: you couldn’t change this back.
        </p>
      )}
      {error && <Failure error={error} />}
      {isChanged && is_permitted && (
        <div className="form-actions">
          <button type="submit" className="button primary" disabled={doing !== null || next?.length === 0}>
            Save
          </button>
        </div>
      )}
    </form>
  );
}
