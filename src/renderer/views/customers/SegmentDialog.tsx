import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Definition } from "../../../shared/api/contract/segments.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";

interface Props {
  readonly brand: string;
  readonly count: number;
  readonly definition: Definition;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}

/** A name for the chosen customers as a segment. */
export function SegmentDialog({ brand, count, definition, onClose, onSaved }: Props) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const [name, setName] = useState("");
  const save = () =>
    start("Saving", async (signal) => {
      await client.call("segments.save", { brand, segment: name, definition, create: true }, { signal });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith("segments.") });
      onSaved(name);
    });
  return (
    <Dialog label="Make a segment" onClose={onClose}>
      <h2>
        Make a segment of {integer(count)} {count === 1 ? "customer" : "customers"}
      </h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label className="on">
          Name: letters, digits, - and _
          <input
            className="field"
            value={name}
            maxLength={63}
            required
            pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
            onChange={(event) => setName(event.target.value.replaceAll(/\s+/g, "-"))}
          />
        </label>
        {error && <Failure error={error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={name === "" || doing !== null}>
            Save segment
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
