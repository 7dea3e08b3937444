import { useState } from "react";
import { choosable, type OfferedField } from "../../client/offered.ts";
import { useProof } from "../../client/use-proof.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { ShowUnproven } from "../../components/ShowUnproven.tsx";

interface Props {
  readonly fields: readonly OfferedField[];
  readonly columns: readonly string[];
  readonly onPick: (columns: string[]) => void;
  readonly onReset: () => void;
}

/** Which columns stand in the table, by group; they stay so on this machine. */
export function ColumnPicker({ fields, columns, onPick, onReset }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const proof = useProof();
  const pickable = choosable(fields).filter(({ name }) => name !== "customer_id");
  const groups = [...new Set(pickable.map(({ group }) => group))];
  return (
    <>
      <button type="button" className="button" onClick={() => setIsOpen(true)}>
        Columns
      </button>
      {isOpen && (
        <Dialog label="Columns" onClose={() => setIsOpen(false)}>
          <h2>Columns</h2>
          {groups.map((group) => (
            <fieldset key={group} className="picks">
              <legend>{group}</legend>
              {pickable
                .filter((field) => field.group === group)
                .map(({ name, label, help }) => (
                  <label key={name} className="check" title={help}>
                    <input
                      type="checkbox"
                      checked={columns.includes(name)}
                      onChange={(event) =>
                        onPick(event.target.checked ? [...columns, name] : columns.filter((one) => one !== name))
                      }
                    />
                    <span className="clip">{label}</span>
                  </label>
                ))}
            </fieldset>
          ))}
          <div className="actions">
            <button type="button" className="button primary" onClick={() => setIsOpen(false)}>
              Close
            </button>
            <button type="button" className="button" onClick={onReset}>
              Usual columns
            </button>
            {fields.some(({ name }) => proof.isColumnDoubted(name)) && <ShowUnproven proof={proof} />}
          </div>
        </Dialog>
      )}
    </>
  );
}
