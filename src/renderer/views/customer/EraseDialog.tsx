import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ErasureReceiptDocument } from "../../../shared/api/contract/erasure.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { saveText } from "../../client/save-text.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { integer } from "../../format/format.ts";
import { ErasureFigures } from "./ErasureFigures.tsx";

type Preview = Pick<ErasureReceiptDocument, "counts" | "lists_outside" | "notes">;
const confirmation = "erase";

/** What would go, asked for by a typed word; then the receipt. */
export function EraseDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [receipt, setReceipt] = useState<ErasureReceiptDocument | null>(null);
  const [typed, setTyped] = useState("");
  const look = () =>
    start("Looking what would go", async (signal, onProgress) =>
      setPreview(await client.stream("erasure.preview", { brand, customer_id: id }, { signal, onProgress })),
    );
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => void latest.current(), []);
  const erase = () =>
    start("Erasing", async (signal, onProgress) => {
      const done = await client.stream("erasure.run", { brand, customer_id: id }, { signal, onProgress });
      setReceipt(done.receipt);
    });
  const isErasing = doing !== null && preview !== null;
  const leave = () => {
    if (!receipt) return onClose();
    void queries.invalidateQueries();
    go("/customers");
  };
  return (
    <Dialog label="Erase this person" onClose={leave} className="erase-dialog" isBusy={isErasing}>
      <h2>{receipt ? "Erased" : `Erase ${name}`}</h2>
      {receipt ? (
        <>
          <p role="status">
            <State tone={receipt.remaining === 0 ? "good" : "bad"}>
              {receipt.remaining === 0
                ? "A search afterwards found nothing that is left"
                : `${integer(receipt.remaining)} places are left: run it again`}
            </State>
          </p>
          <ErasureFigures {...receipt} />
        </>
      ) : (
        <>
          <p className="ink2">
            Takes this person out of deliveries, tables, snapshots, lists in the workspace and the search, and keeps
            them out of what is delivered again. It can’t be undone.
          </p>
          {preview && <ErasureFigures {...preview} />}
        </>
      )}
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} {...(preview ? {} : { onRetry: () => void look() })} />}
      {preview && !receipt && (
        <label className="on">
          Type “{confirmation}” to confirm
          <input
            className="field"
            value={typed}
            spellCheck={false}
            autoComplete="off"
            disabled={doing !== null}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      <div className="actions">
        {receipt ? (
          <button
            type="button"
            className="button primary"
            onClick={() =>
              saveText(`erasure-${receipt.erasure}.json`, JSON.stringify(receipt, null, 2), "application/json")
            }
          >
            Save the receipt
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!preview || doing !== null || typed.trim().toLowerCase() !== confirmation}
            onClick={() => void erase()}
          >
            Erase 1 person
          </button>
        )}
        <button type="button" className="button" disabled={isErasing} onClick={leave}>
          {receipt ? "Close" : "Keep this person"}
        </button>
      </div>
    </Dialog>
  );
}
